package properties

import (
	"fmt"
	"slices"
	"strings"

	"lockheld/heap"
)

// A Scenario is a machine, a heap in its first state, and what each M does.
type Scenario struct {
	// Name identifies the scenario; large forms end in -large.
	Name string
	// Doc is one sentence.
	Doc string
	// Geometry names the sizes of the heap.
	Geometry string
	// Large: the scenario is for long runs and no part of [Scenarios].
	Large bool
	// Special: the scenario is made for a variant, with which it is explored, or for
	// what the tests of internal/mutate take out, and no part of [Scenarios].
	Special bool

	alone  bool                 // a page allocator without a heap
	config func(c *heap.Config) // what differs from the default
	setup  func(s *stage)
	goals  []goal
	strict []string // strict properties that Go 1.16 is known not to have here
	fails  string   // kind and site of what Go 1.16 is known to fail with here
	bare   bool     // made for what internal/mutate takes out, not for a variant
}

// Goals returns what the scenario must reach.
func (sc *Scenario) Goals() []Goal {
	var list []Goal
	for _, g := range sc.goals {
		list = append(list, goalList[g])
	}
	return list
}

// Known returns the strict properties that Go 1.16 is known not to have in the
// scenario.
func (sc *Scenario) Known() []string { return slices.Clone(sc.strict) }

// Scenarios returns the small form of each scenario, in the order of the
// reference.
func Scenarios() []Scenario { return forms(false, false) }

// LargeScenarios returns the scenarios that are for long runs.
func LargeScenarios() []Scenario { return forms(true, false) }

// SpecialScenarios returns the scenarios that are made for a variant, or for what
// the tests of internal/mutate take out.
func SpecialScenarios() []Scenario { return forms(false, true) }

// ScenariosFor returns the names of the scenarios with which a variant is
// explored: those of [Scenarios], and the one that is made for it.
func ScenariosFor(variant string) []string {
	var names []string
	for _, sc := range Scenarios() {
		names = append(names, sc.Name)
	}
	if v, err := heap.LookupVariant(variant); err == nil && v.Scenario != "" && !slices.Contains(names, v.Scenario) {
		names = append(names, v.Scenario)
	}
	return names
}

func forms(large, special bool) []Scenario {
	var list []Scenario
	for _, sc := range scenarios {
		if sc.Large == large && sc.Special == special {
			list = append(list, *sc)
		}
	}
	return list
}

// LookupScenario returns the scenario called name, of either size. The error
// lists the names that exist.
func LookupScenario(name string) (*Scenario, error) {
	var names []string
	for _, sc := range scenarios {
		if sc.Name == name {
			return sc, nil
		}
		names = append(names, sc.Name)
	}
	return nil, fmt.Errorf("no scenario %q, have %s", name, strings.Join(names, ", "))
}
