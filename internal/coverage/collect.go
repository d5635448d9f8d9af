package coverage

import (
	"context"
	"fmt"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/properties"
	"lockheld/sched"
)

// Coverage is what the executions of scenarios came to. For each thing it has
// the scenarios, in the order in which they were added.
type Coverage struct {
	Variant  string
	Sites    map[model.Site][]string
	Branches map[string][]string
	Windows  map[string][]string
	Pairs    map[Pair][]string
	Steps    map[Step][]string
	Goals    []string // SCENARIO GOAL that no execution reached
	Differs  []Switch

	Scenarios         []string
	Executions, Taken int64 // Taken: steps
	Found             int   // violations

	brief bool
}

// Switch is a variant and the scenarios in which its executions differ from
// those of Go 1.16.
type Switch struct {
	Variant   *heap.Variant
	Scenarios []string
}

// Scenarios returns the names of all scenarios but the large ones.
func Scenarios() []string {
	var names []string
	for _, sc := range properties.Scenarios() {
		names = append(names, sc.Name)
	}
	for _, sc := range properties.SpecialScenarios() {
		names = append(names, sc.Name)
	}
	return names
}

// New returns the coverage of a variant, without any executions.
func New(variant string) *Coverage {
	return &Coverage{Variant: variant, Sites: map[model.Site][]string{}, Branches: map[string][]string{},
		Windows: map[string][]string{}, Pairs: map[Pair][]string{}, Steps: map[Step][]string{}}
}

// Explore explores a scenario and adds what its executions come to.
func (c *Coverage) Explore(ctx context.Context, scenario string, opts sched.Options) error {
	o := new(Observer)
	ch := new(chooser)
	watched, err := properties.Build{Scenario: scenario, Variant: c.Variant, Observer: o}.Program()
	if err != nil {
		return err
	}
	opts.All, opts.Shrink, opts.Recheck = true, -1, -1
	opts.After = func(r *sched.Result) {
		o.Ended(r)
		ch.look(r)
	}
	r, err := sched.Explore(ctx, watched, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", scenario, err)
	}
	steps := map[Step]bool{}
	plain, err := properties.Build{Scenario: scenario, Variant: c.Variant, Observer: new(Observer)}.Program()
	if err == nil {
		err = ch.steps(plain, steps)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", scenario, err)
	}
	c.Scenarios = append(c.Scenarios, scenario)
	c.Executions += r.Executions
	c.Taken += r.Steps
	c.Found += len(r.Findings)
	for _, g := range r.Unreached {
		c.Goals = append(c.Goals, scenario+"\t"+g)
	}
	add(c.Sites, o.sites, scenario)
	add(c.Branches, o.branches, scenario)
	add(c.Windows, o.windows, scenario)
	add(c.Pairs, o.pairs, scenario)
	add(c.Steps, steps, scenario)
	return nil
}

// add notes a scenario for everything in seen. The order of a map has no
// influence.
func add[K comparable](to map[K][]string, seen map[K]bool, scenario string) {
	for k := range seen {
		to[k] = append(to[k], scenario)
	}
}

// Samples is the number of executions by which a variant is compared with Go
// 1.16 in each scenario.
const Samples = 40

// Compare runs every variant in the scenarios that were explored and in its own,
// on the same random choices as Go 1.16, and notes where something else happens:
// there the place is reached where the variant is switched.
func (c *Coverage) Compare(ctx context.Context, variants []*heap.Variant) error {
	release := map[string]uint64{}
	for _, v := range variants {
		if v.Kind == heap.VariantRelease {
			continue
		}
		sw := Switch{Variant: v}
		for _, scenario := range with(c.Scenarios, v.Scenario) {
			if _, ok := release[scenario]; !ok {
				d, err := digest(ctx, scenario, "")
				if err != nil {
					return err
				}
				release[scenario] = d
			}
			d, err := digest(ctx, scenario, v.Name)
			if err != nil {
				return err
			}
			if d != release[scenario] {
				sw.Scenarios = append(sw.Scenarios, scenario)
			}
		}
		if len(sw.Scenarios) == 0 && v.Catch != "" { // the violation itself is a difference
			if found, err := violates(ctx, v); err != nil {
				return err
			} else if found {
				sw.Scenarios = append(sw.Scenarios, v.Scenario)
			}
		}
		c.Differs = append(c.Differs, sw)
	}
	return nil
}

// violates reports whether a longer search of the scenario of a variant finds
// something: what differs may be rare, and no step.
func violates(ctx context.Context, v *heap.Variant) (bool, error) {
	p, err := properties.Build{Scenario: v.Scenario, Variant: v.Name}.Program()
	if err != nil {
		return false, err
	}
	for _, o := range []sched.Options{{Strategy: "surw", Preemptions: -1, Seed: 1, Executions: 1000}, {Strategy: "dfs", Preemptions: 2, Executions: 50000}} {
		o.Shrink, o.Recheck = -1, -1
		r, err := sched.Explore(ctx, p, o)
		if err != nil || len(r.Findings) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// with returns list, and name if it is not in it and not empty.
func with(list []string, name string) []string {
	for _, n := range list {
		if n == name {
			return list
		}
	}
	if name == "" {
		return list
	}
	return append(list[:len(list):len(list)], name)
}

// digest is of what happens in some random executions of a scenario.
func digest(ctx context.Context, scenario, variant string) (uint64, error) {
	p, err := properties.Build{Scenario: scenario, Variant: variant}.Program()
	if err != nil {
		return 0, err
	}
	h := uint64(14695981039346656037) // FNV-1a, by words
	word := func(v uint64) { h = (h ^ v) * 1099511628211 }
	o := sched.Options{Strategy: "random", Preemptions: -1, Seed: 1, Executions: Samples, All: true, Shrink: -1, Recheck: -1}
	o.After = func(r *sched.Result) {
		for i := range r.Log {
			s := &r.Log[i]
			word(uint64(s.Task)<<32 | uint64(s.Kind)<<16 | uint64(uint16(s.Value)))
			word(uint64(s.Obj))
			word(s.N)
			word(s.New)
			word(s.Before)
		}
		for i := range r.Violations {
			word(uint64(r.Violations[i].Kind))
			for _, c := range r.Violations[i].Site {
				word(uint64(c))
			}
		}
	}
	if _, err := sched.Explore(ctx, p, o); err != nil {
		return 0, fmt.Errorf("%s: %w", scenario, err)
	}
	return h, nil
}
