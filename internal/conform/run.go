package conform

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"lockheld/sched"
)

// Level says which fields are compared.
type Level string

// Levels.
const (
	LevelFull    Level = "full"    // every recorded field
	LevelResults Level = "results" // without the fields that show the inside
)

// Options say what to run and where to report it. The zero value runs all
// kinds at the full level and reports nothing.
type Options struct {
	Kinds []string  // kinds to run; none: all
	Level Level     // "": full
	Out   io.Writer // gets a line for each mismatch; may be nil
}

// Result counts what was run.
type Result struct {
	Cases      int
	Ops        int // executed, checks included
	Mismatches int // at most one for each case
	Skipped    int // cases of other kinds than asked for
	// SkippedKinds lists the kinds of the skipped cases, in the order of
	// their first.
	SkippedKinds []string
}

// Run plays the cases of the files in order. An error is about unreadable
// input and names FILE:LINE; the Result then counts what was run before.
func Run(files []string, opts Options) (Result, error) {
	var r Result
	if opts.Out == nil {
		opts.Out = io.Discard
	}
	switch opts.Level {
	case "":
		opts.Level = LevelFull
	case LevelFull, LevelResults:
	default:
		return r, fmt.Errorf("unknown level %q, have %s and %s", opts.Level, LevelFull, LevelResults)
	}
	all := kinds()
	for _, name := range opts.Kinds {
		if !slices.Contains(kindNames(), name) {
			return r, fmt.Errorf("unknown kind %q, have %v", name, kindNames())
		}
	}
	for _, file := range files {
		if err := r.runFile(file, all, &opts); err != nil {
			return r, err
		}
	}
	return r, nil
}

// runFile plays the cases of one file.
func (r *Result) runFile(file string, all []*kind, opts *Options) error {
	f, err := open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	br := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, readErr := br.ReadBytes('\n')
		if readErr != nil && readErr != io.EOF {
			return fmt.Errorf("%s:%d: %w", file, n, readErr)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			c, err := parseCase(line, all)
			if err == nil {
				err = r.runCase(c, opts)
			}
			if err != nil {
				return fmt.Errorf("%s:%d: %w", file, n, err)
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}

// runCase plays one case.
func (r *Result) runCase(c *testCase, opts *Options) error {
	if len(opts.Kinds) > 0 && !slices.Contains(opts.Kinds, c.kind.name) {
		r.Skipped++
		if !slices.Contains(r.SkippedKinds, c.kind.name) {
			r.SkippedKinds = append(r.SkippedKinds, c.kind.name)
		}
		return nil
	}
	state, err := c.kind.start(c)
	if err != nil {
		return fmt.Errorf("case %s: %w", c.id, err)
	}
	r.Cases++
	for i, o := range c.ops {
		diff, err := play(state, o, opts.Level)
		if err != nil {
			return fmt.Errorf("case %s op %d: %s: %w", c.id, i, o.spec.name, err)
		}
		r.Ops++
		if diff != "" {
			r.Mismatches++
			_, err := fmt.Fprintf(opts.Out, "%s op %d (%s): %s\n", c.id, i, o.spec.name, diff)
			return err
		}
	}
	return nil
}

// play performs one operation. A throw of the modelled runtime, and a crash of
// the model, is a difference like any other.
func play(state any, o *op, level Level) (diff string, err error) {
	defer func() {
		if p := recover(); p != nil {
			text := fmt.Sprint(p)
			if v := new(sched.Violation); errors.As(asError(p), &v) {
				text = v.Error()
			}
			diff = fmt.Sprintf("throw: want none, got %q", oneLine(text))
		}
	}()
	if err := o.spec.run(state, o); err != nil {
		return "", err
	}
	return o.diff(level), nil
}

// asError returns a panic value as an error.
func asError(p any) error {
	if err, ok := p.(error); ok {
		return err
	}
	return fmt.Errorf("%v", p)
}
