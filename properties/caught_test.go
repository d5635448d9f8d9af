package properties

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/heap"
)

// Every variant that something must catch is caught in the scenario of its
// entry, by what the entry says and nothing else, within two preemptions; the
// scenario is one of those that are explored with the variant. The fixed twin
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
			r := explore(t, Build{Scenario: v.Scenario, Variant: v.Name}, bounded())
			if len(r.Findings) != 1 {
				t.Fatalf("%d findings in %s, want %s", len(r.Findings), v.Scenario, v.Catch)
			}
			f := &r.Findings[0]
			t.Logf("%s | %s | %v %s | %d | %s", v.Name, v.Scenario, f.Violation.Kind, f.Violation.Site, f.At, f.Violation.Message)
			if f.Violation.Site != v.Catch {
				t.Errorf("found %v, want %s", f.Violation.Error(), v.Catch)
			}
			twin, err := heap.LookupVariant(v.Name + "-fixed")
			if err != nil {
				return
			}
			r = explore(t, Build{Scenario: v.Scenario, Variant: twin.Name}, bounded())
			if len(r.Findings) > 0 || r.Cut > 0 {
				t.Errorf("%s: %d cut, findings %v", twin.Name, r.Cut, r.Findings)
			}
		})
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
			if !made[sc.Name] {
				t.Error("no variant needs it")
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
