package properties

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"lockheld/heap"
	"lockheld/sched"
)

// A check that is not said to remember anything leaves no trace of what it
// sees: called with an empty memory, at any moment, it leaves it empty.
func TestPropertyStateless(t *testing.T) {
	changed := map[string]bool{}
	for _, sc := range Scenarios() {
		var s *stage
		p, err := Build{Scenario: sc.Name, ready: func(made *stage) { s = made }}.Program()
		if err != nil {
			t.Fatal(err)
		}
		for depth := range 150 {
			look := func(*sched.Result) {
				for i := range entries {
					e := &entries[i]
					if e.check == nil || e.needs != nil && !e.needs(s.state) {
						continue
					}
					s.pm.fill(s.state)
					past, pasts := s.counts, slices.Clone(s.spans)
					s.counts = counts{}
					clear(s.spans)
					e.check(s.state)
					changed[e.Name] = changed[e.Name] || s.counts != counts{} || slices.ContainsFunc(s.spans, func(p spanPast) bool { return p != spanPast{} })
					s.counts = past
					copy(s.spans, pasts)
				}
			}
			o := sched.Options{Strategy: "random", Seed: uint64(depth), Depth: depth + 1, Executions: 5, Preemptions: -1, After: look}
			if _, err := sched.Explore(context.Background(), p, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range entries {
		if e := &entries[i]; changed[e.Name] != e.remembers {
			t.Errorf("%s remembers something: %t, the list says %t", e.Name, changed[e.Name], e.remembers)
		}
	}
}

// A search finds the same whether or not properties are checked again in states
// that an execution has in common with the one before.
func TestPropertyKnownStates(t *testing.T) {
	for i, v := range heap.Variants() {
		if testing.Short() && i%8 != 0 {
			continue
		}
		scenario := v.Scenario
		if scenario == "" {
			scenario = "alloc-free"
		}
		for _, strategy := range []string{"dfs", "dpor", "random"} {
			o := sched.Options{Strategy: strategy, Preemptions: -1, Executions: 150, All: true, Shrink: -1}
			b := Build{Scenario: scenario, Variant: v.Name}
			less := found(explore(t, b, o))
			b.always = true
			if all := found(explore(t, b, o)); !reflect.DeepEqual(less, all) {
				t.Errorf("%s in %s with %s:\n%v\nchecked always:\n%v", v.Name, scenario, strategy, less, all)
			}
		}
	}
}

func found(r *sched.Report) []string {
	list := []string{fmt.Sprint(r.Executions, r.Steps, r.Hash, r.Blocked)}
	for i := range r.Findings {
		f := &r.Findings[i]
		list = append(list, fmt.Sprint(f.At, f.Violation.Error(), f.Found))
	}
	return list
}
