package litmus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Expectations are what the comments of a litmus file promise about it, in
// lines that start with "# expect":
//
//	# expect traces 4              Mazurkiewicz traces
//	# expect interleavings 6       complete executions
//	# expect preemptions 2 4       traces with at most 0, 1, … preemptions
//	# expect outcome x=1           one distinct end, as the explorer prints it
//	# expect violation final x == 2   one thing that goes wrong in some execution
//
// Outcomes and violations are complete: what is not listed does not happen.
// Each list is sorted by bytes.
type Expectations struct {
	Traces        uint64   // 0: not stated
	Interleavings uint64   // 0: not stated
	Preemptions   []uint64 // nil: not stated
	Outcomes      []string // what follows the word outcome
	Violations    []string // "assertion", "deadlock", "unlock of unheld", "final COND"
}

// ParseExpectations reads the expectations in the comments of src. A line that
// starts with "# expect" and cannot be read is an error of type *Error.
func ParseExpectations(file, src string) (*Expectations, error) {
	e := &Expectations{}
	for i, line := range strings.Split(src, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "# expect")
		if !ok || rest != "" && rest[0] != ' ' {
			continue
		}
		word, value, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if err := e.add(word, strings.TrimSpace(value)); err != nil {
			return nil, &Error{File: file, Line: i + 1, What: err.Error()}
		}
	}
	return e, nil
}

func (e *Expectations) add(word, value string) (err error) {
	switch word {
	case "traces":
		return once(&e.Traces, word, value)
	case "interleavings":
		return once(&e.Interleavings, word, value)
	case "preemptions":
		if e.Preemptions != nil {
			return fmt.Errorf("expect preemptions is stated twice")
		}
		for _, f := range strings.Fields(value) {
			var n uint64
			if err := once(&n, word, f); err != nil {
				return err
			}
			e.Preemptions = append(e.Preemptions, n)
		}
		if e.Preemptions == nil {
			return fmt.Errorf("expect preemptions needs a number for each bound from 0")
		}
		return nil
	case "outcome":
		e.Outcomes, err = sorted(e.Outcomes, word, value)
		return err
	case "violation":
		e.Violations, err = sorted(e.Violations, word, value)
		return err
	}
	return fmt.Errorf("unknown expectation %q; there are traces interleavings preemptions outcome violation", word)
}

// once sets *n to a positive number that was not stated before.
func once(n *uint64, word, value string) error {
	if *n != 0 {
		return fmt.Errorf("expect %s is stated twice", word)
	}
	v, err := strconv.ParseUint(value, 10, 64)
	if err != nil || v == 0 {
		return fmt.Errorf("expect %s: %q is no positive number", word, value)
	}
	*n = v
	return nil
}

// sorted appends value to list, which must stay sorted and without repetition.
func sorted(list []string, word, value string) ([]string, error) {
	if value == "" {
		return nil, fmt.Errorf("expect %s says nothing", word)
	}
	if n := len(list); n > 0 && list[n-1] >= value {
		return nil, fmt.Errorf("expect %s: %q is not in order after %q", word, value, list[n-1])
	}
	return append(list, value), nil
}

// String returns e as comment lines.
func (e *Expectations) String() string {
	var b strings.Builder
	if e.Traces != 0 {
		fmt.Fprintf(&b, "# expect traces %d\n", e.Traces)
	}
	if e.Interleavings != 0 {
		fmt.Fprintf(&b, "# expect interleavings %d\n", e.Interleavings)
	}
	if e.Preemptions != nil {
		fmt.Fprintf(&b, "# expect preemptions %s\n", strings.Trim(fmt.Sprint(e.Preemptions), "[]"))
	}
	for _, o := range e.Outcomes {
		fmt.Fprintf(&b, "# expect outcome %s\n", o)
	}
	for _, v := range e.Violations {
		fmt.Fprintf(&b, "# expect violation %s\n", v)
	}
	return b.String()
}

// Equal reports whether e and f promise the same.
func (e *Expectations) Equal(f *Expectations) bool {
	return e.Traces == f.Traces && e.Interleavings == f.Interleavings &&
		slices.Equal(e.Preemptions, f.Preemptions) &&
		slices.Equal(e.Outcomes, f.Outcomes) && slices.Equal(e.Violations, f.Violations)
}
