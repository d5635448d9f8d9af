package accept

import (
	"fmt"
	"io"
	"strings"
)

// mostShown is the number of violations that are written.
const mostShown = 20

// Write checks the steps of a trace that was read from the file called name, and
// writes what was used, what was not, and what the model does not accept. It
// reports whether the model accepts all.
func (t *Trace) Write(w io.Writer, name string) (accepted bool, err error) {
	c := newChecker(t.Steps)
	c.run()
	var b strings.Builder
	counts := [numKinds]int{}
	for i := range t.Steps {
		counts[t.Steps[i].Kind]++
	}
	var parts []string
	for k := PStart; k < numKinds; k++ {
		parts = append(parts, fmt.Sprintf("%v %d", k, counts[k]))
	}
	fmt.Fprintf(&b, "events: %d, of which steps: %d\n", t.Events, len(t.Steps))
	fmt.Fprintf(&b, "used: %s\n", strings.Join(parts, ", "))
	fmt.Fprintf(&b, "not used: %s\n", t.unusedList())
	b.WriteString("not in traces: page caches, scavenging of single pages, lock operations, who is on a system stack\n")
	if !t.Spans {
		b.WriteString("note: there are no events about spans: run the program with GODEBUG=traceallocfree=1\n")
	}
	if counts[StopBegin] == 0 {
		b.WriteString("note: there are no stops of the world\n")
	}
	if c.beyond > 0 {
		fmt.Fprintf(&b, "note: %d events are about spans beyond the address space of the model\n", c.beyond)
	}
	for i, v := range c.found {
		if i == mostShown {
			fmt.Fprintf(&b, "... %d more violations\n", len(c.found)-i)
			break
		}
		s := &t.Steps[v.Step]
		fmt.Fprintf(&b, "violation: step %d, time %d, %s: %s: %s\n", v.Step, s.Time, s, v.Property, v.Message)
	}
	word := "ok"
	if len(c.found) > 0 {
		word = "FAIL"
	}
	fmt.Fprintf(&b, "%s\taccept\t%s\tsteps=%d violations=%d\n", word, name, len(t.Steps), len(c.found))
	_, err = io.WriteString(w, b.String())
	return len(c.found) == 0, err
}
