package oracle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockheld/internal/litmus"
)

// naive computes the same as Classes by enumerating every single execution,
// without merging anything before it is complete.
type naive struct {
	p             *litmus.Program
	dependent     func(a, b event) bool
	ends          map[string]bool
	violations    map[string]bool
	interleavings uint64
	least         map[string]int // of each trace, the least number of preemptions
}

func enumerate(p *litmus.Program) *naive { return enumerateWith(p, dependent) }

func enumerateWith(p *litmus.Program, dependent func(a, b event) bool) *naive {
	n := &naive{p: p, dependent: dependent, ends: map[string]bool{}, violations: map[string]bool{}, least: map[string]int{}}
	n.from(start(p), nil, 0)
	return n
}

// from explores all that follows the events of path, which has that many preemptions.
func (n *naive) from(s *state, path []event, preemptions int) {
	over := true
	for t := range n.p.Tasks {
		if !s.enabled(n.p, t) {
			continue
		}
		over = false
		k := preemptions
		if len(path) > 0 {
			if last := path[len(path)-1].task; last != t && s.enabled(n.p, last) {
				k++
			}
		}
		next := s.clone()
		e := next.step(n.p, t)
		n.from(next, append(slices.Clone(path), e), k)
	}
	if !over {
		return
	}
	n.interleavings++
	n.ends[s.outcome(n.p)] = true
	for _, v := range s.violations(n.p) {
		n.violations[v] = true
	}
	key := n.foata(path)
	if old, ok := n.least[key]; !ok || preemptions < old {
		n.least[key] = preemptions
	}
}

// foata returns the Foata normal form of an execution: repeatedly, all steps
// that depend on no step that is left, in the order of their tasks. Two
// executions are equivalent if and only if their normal forms are equal
// (Cartier and Foata, 1969; Diekert and Rozenberg, The Book of Traces, 1995).
// It is another normal form than the one that Classes uses.
func (n *naive) foata(path []event) string {
	var b strings.Builder
	level := make([]int, len(path))
	for i, e := range path {
		for j, before := range path[:i] {
			if n.dependent(before, e) {
				level[i] = max(level[i], level[j]+1)
			}
		}
	}
	for l := 0; ; l++ {
		var steps []string
		for i, e := range path {
			if level[i] == l {
				steps = append(steps, fmt.Sprintf("%d.%d%c", e.task, e.pc, e.access))
			}
		}
		if steps == nil {
			return b.String()
		}
		slices.Sort(steps)
		fmt.Fprintf(&b, "%v", steps)
	}
}

func (n *naive) bounded() []uint64 {
	var least []int
	for _, k := range n.least {
		least = append(least, k)
	}
	return bounded(least)
}

func sortedKeys(m map[string]bool) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// compare returns a difference between the three ways to judge p, or "".
func compare(p *litmus.Program) string {
	n := enumerate(p)
	classes, err := Classes(p, 1<<20)
	if err != nil {
		return err.Error()
	}
	states, err := States(p, 1<<20)
	if err != nil {
		return err.Error()
	}
	for _, r := range []*Result{classes, states} {
		switch {
		case r.Interleavings != n.interleavings:
			return fmt.Sprintf("%d interleavings, not %d", r.Interleavings, n.interleavings)
		case !slices.Equal(r.Outcomes(), sortedKeys(n.ends)):
			return fmt.Sprintf("outcomes %q, not %q", r.Outcomes(), sortedKeys(n.ends))
		case !slices.Equal(r.Violations, sortedKeys(n.violations)):
			return fmt.Sprintf("violations %q, not %q", r.Violations, sortedKeys(n.violations))
		}
	}
	if classes.Traces != uint64(len(n.least)) {
		return fmt.Sprintf("%d traces, not %d", classes.Traces, len(n.least))
	}
	if !slices.Equal(classes.Bounded, n.bounded()) {
		return fmt.Sprintf("bounded %v, not %v", classes.Bounded, n.bounded())
	}
	return ""
}

// TestAgainstEnumeration compares the walk over classes, the walk over states
// and the plain enumeration on generated programs of every profile.
func TestAgainstEnumeration(t *testing.T) {
	perProfile := 30
	if testing.Short() {
		perProfile = 8
	}
	for _, prof := range Profiles() {
		t.Run(prof.Name, func(t *testing.T) {
			prof.MaxInterleavings = 2000
			for seed := range uint64(perProfile) {
				p := Generate(&prof, seed)
				if diff := compare(p); diff != "" {
					t.Fatalf("seed %d: %s\n%s", seed, diff, p)
				}
			}
		})
	}
}
