package properties

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/heap"
	"lockheld/sched"
)

// Every variant that something must catch is caught in the scenario of its
// entry, by what the entry says and nothing else, under reduction and within two
// preemptions; the scenario is one of those that are explored with the variant. The fixed twin
// passes there. So does Go 1.16 if there is no twin: TestPropertyScenarios and
// TestPropertySpecial see to that.
func TestPropertyCaught(t *testing.T) {
	for i, v := range heap.Variants() {
		if v.Catch == "" || testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			if !slices.Contains(ScenariosFor(v.Name), v.Scenario) {
				t.Errorf("it is not explored in %s", v.Scenario)
			}
			twin, err := heap.LookupVariant(v.Name + "-fixed")
			for _, o := range []sched.Options{exhaustive(), bounded()} {
				caught(t, v, o)
				if err != nil {
					continue
				}
				r := explore(t, Build{Scenario: v.Scenario, Variant: twin.Name}, o)
				if len(r.Findings) > 0 || r.Cut > 0 {
					t.Errorf("%s: %s: %d cut, findings %v", twin.Name, o.Strategy, r.Cut, r.Findings)
				}
			}
		})
	}
}

// caught fails the test unless a search of the variant's scenario finds what its
// entry says.
func caught(t *testing.T, v *heap.Variant, o sched.Options) {
	t.Helper()
	r := explore(t, Build{Scenario: v.Scenario, Variant: v.Name}, o)
	if len(r.Findings) != 1 {
		t.Errorf("%s: %d findings in %s, want %s", o.Strategy, len(r.Findings), v.Scenario, v.Catch)
		return
	}
	f := &r.Findings[0]
	t.Logf("%s | %s | %s | %v %s | %d | %s", v.Name, v.Scenario, o.Strategy, f.Violation.Kind, f.Violation.Site, f.At, f.Violation.Message)
	if f.Violation.Site != v.Catch {
		t.Errorf("%s: found %v, want %s", o.Strategy, f.Violation.Error(), v.Catch)
	}
}

// What nothing is expected to catch survives all scenarios with which it is
// explored.
func TestPropertySurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("not short")
	}
	for _, v := range heap.Variants() {
		if v.Catch != "" || v.Kind == heap.VariantRelease || v.Kind == heap.VariantFixed {
			continue
		}
		o := bounded()
		o.Preemptions = 1
		for _, name := range ScenariosFor(v.Name) {
			for i, r := 0, explore(t, Build{Scenario: name, Variant: v.Name}, o); i < len(r.Findings); i++ {
				t.Errorf("%s in %s: %v", v.Name, name, r.Findings[i].Violation.Error())
			}
		}
	}
}

// The scenarios that are made for a variant pass in Go 1.16, but for what the
// variant says that Go 1.16 does.
func TestPropertySpecial(t *testing.T) {
	made := map[string]bool{}
	for _, v := range heap.Variants() {
		made[v.Scenario] = true
	}
	for _, sc := range SpecialScenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			if made[sc.Name] == sc.bare {
				t.Errorf("a variant needs it: %v", made[sc.Name])
			}
			r := explore(t, Build{Scenario: sc.Name}, bounded())
			got := ""
			for i := range r.Findings {
				got = fmt.Sprint(r.Findings[i].Violation.Kind, " ", r.Findings[i].Violation.Site)
			}
			if got != sc.fails {
				t.Errorf("found %q, want %q", got, sc.fails)
			}
			if r.Cut != 0 {
				t.Errorf("%d executions are longer than %d steps", r.Cut, depth)
			}
			t.Logf("%d executions, longest %d", r.Executions, r.MaxSteps)
		})
	}
}
