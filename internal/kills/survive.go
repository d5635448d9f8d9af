package kills

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/properties"
	"lockheld/sched"
)

// A Survivor is how a variant that nothing catches has been explored.
type Survivor struct {
	Variant    *heap.Variant
	Scenarios  int
	Complete   int    // scenarios of which dpor has run every class of schedules
	Executions int64  // in all scenarios
	Found      string // what was found all the same, and where
}

// Survivors lists the variants that nothing is expected to catch: those that are
// no mistake, and with fixed the repaired twins of bugs. Released code is not
// among them.
func Survivors(list []*heap.Variant, fixed bool) []*heap.Variant {
	return slices.DeleteFunc(slices.Clone(list), func(v *heap.Variant) bool {
		return v.Catch != "" || v.Kind == heap.VariantRelease || fixed != (v.Kind == heap.VariantFixed)
	})
}

// places returns the scenarios in which a variant that nothing catches is
// explored: all of its own, or for a repaired twin the one that catches the bug.
func places(v *heap.Variant) []string {
	if v.Kind == heap.VariantFixed {
		if bug, err := heap.LookupVariant(strings.TrimSuffix(v.Name, "-fixed")); err == nil {
			return []string{bug.Scenario}
		}
	}
	return properties.ScenariosFor(v.Name)
}

// Survive explores a variant that nothing is expected to catch.
func Survive(v *heap.Variant) (Survivor, error) {
	scenarios := places(v)
	s := Survivor{Variant: v, Scenarios: len(scenarios)}
	for _, name := range scenarios {
		p, err := properties.Build{Scenario: name, Variant: v.Name}.Program()
		if err != nil {
			return s, err
		}
		o := sched.Options{Strategy: "dpor", Preemptions: -1, Executions: Survived, Depth: Depth, Recheck: -1, Shrink: -1}
		r, err := sched.Explore(context.Background(), p, o)
		if err != nil {
			return s, err
		}
		s.Executions += r.Executions
		if r.Verdict == sched.Complete {
			s.Complete++
		}
		if len(r.Findings) > 0 && s.Found == "" {
			s.Found = fmt.Sprintf("%v in %s", r.Findings[0].Violation.Error(), name)
		}
	}
	return s, nil
}
