package properties

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/sched"
)

// mostClasses is how many classes of executions a small form may have.
const mostClasses = 20000

// Every small form is explored completely: nothing is wrong, nothing is cut,
// and no property is left out.
func TestPropertyScenarios(t *testing.T) {
	for _, sc := range passing() {
		t.Run(sc.Name, func(t *testing.T) {
			r := clean(t, Build{Scenario: sc.Name}, exhaustive())
			t.Logf("%d executions, %d steps, longest %d", r.Executions, r.Steps, r.MaxSteps)
			if r.Verdict != sched.Complete || r.Blocked != 0 || r.Executions > mostClasses {
				t.Errorf("%v, %d executions, %d blocked, %d cut", r.Verdict, r.Executions, r.Blocked, r.Cut)
			}
			if len(r.Unreduced) > 0 {
				t.Errorf("properties that do not say what they read: %q", r.Unreduced)
			}
		})
	}
}

// Every schedule of a small form with at most two preemptions is run too,
// without reduction: nothing is wrong, and every goal is reached.
func TestPropertyGoals(t *testing.T) {
	for _, sc := range Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			o := bounded()
			if testing.Short() {
				o.Preemptions = 1
			}
			r := clean(t, Build{Scenario: sc.Name}, o)
			t.Logf("%d executions, %d steps, longest %d", r.Executions, r.Steps, r.MaxSteps)
			if r.Cut != 0 {
				t.Errorf("%d executions are longer than %d steps", r.Cut, depth)
			}
			if len(r.Unreached) > 0 && !testing.Short() {
				t.Errorf("goals that no execution reached: %q", r.Unreached)
			}
		})
	}
}

// Sampled schedules of both forms of every scenario find nothing. Every 100th
// execution is run twice, to see that what a scenario does is determined by its
// choices.
func TestPropertyRandom(t *testing.T) {
	executions := int64(2000)
	if testing.Short() {
		executions = 200
	}
	for _, sc := range append(Scenarios(), LargeScenarios()...) {
		t.Run(sc.Name, func(t *testing.T) {
			for seed, strategy := range []string{"random", "pct"} {
				r := clean(t, Build{Scenario: sc.Name}, sched.Options{Strategy: strategy, Seed: uint64(seed),
					Executions: executions, Depth: 5000, Recheck: 100})
				if r.Cut != 0 {
					t.Errorf("%s: %d executions are longer than 5000 steps", strategy, r.Cut)
				}
			}
		})
	}
}

// The properties that Go 1.16 is known not to have fail where the list says,
// and nowhere else.
func TestPropertyKnown(t *testing.T) {
	for _, sc := range Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			var held []string
			for _, e := range Properties() {
				switch {
				case !e.Strict:
				case slices.Contains(sc.Known(), e.Name):
					r := explore(t, Build{Scenario: sc.Name, Properties: []string{"+" + e.Name}}, bounded())
					if len(r.Findings) != 1 || r.Findings[0].Violation.Site != e.Name {
						t.Errorf("with %s: found %q, want that", e.Name, findings(r))
					}
				default:
					held = append(held, "+"+e.Name)
				}
			}
			if !testing.Short() {
				clean(t, Build{Scenario: sc.Name, Properties: held}, exhaustive())
			}
		})
	}
}

// What variants do in the scenario that is made for them.
func TestPropertyVariants(t *testing.T) {
	for _, tt := range []struct {
		variant, scenario string
		properties        []string
		want              string // kind and site, "" if nothing
	}{
		{"go1.16", "procresize", nil, ""},
		{"before", "procresize", nil, "assertion flush/entry"},
		{"before-flush-relaxed", "procresize", nil, "assertion update/entry"},
		{"before-relaxed", "procresize", nil, ""},
		{"before-tests", "procresize", nil, ""},
		{"before-tests", "test-helpers", nil, "assertion pageAlloc.grow/entry"},
		{"lock-on-user-stack", "stack-growth", nil, "assertion lock/systemstack"},
		{"lock-on-user-stack", "stack-growth", []string{"-P-SYSSTACK"}, "assertion rank"},
		{"lock-on-user-stack", "stack-growth", []string{"-P-SYSSTACK", "-P-RANK"}, "assertion allocSpan/not-held"},
		{"lock-on-user-stack", "stack-growth", []string{"-P-SYSSTACK", "-P-RANK", "-P-NEG"}, "self-deadlock heap"},
		{"lock-on-user-stack", "stack-growth", []string{"P-NONREC"}, "self-deadlock heap"},
		{"go1.16", "stack-growth", []string{"-P-SYSSTACK"}, ""},
	} {
		t.Run(fmt.Sprint(tt.variant, "/", tt.scenario, tt.properties), func(t *testing.T) {
			r := explore(t, Build{Scenario: tt.scenario, Variant: tt.variant, Properties: tt.properties}, bounded())
			got := ""
			for i := range r.Findings {
				v := &r.Findings[i].Violation
				got = fmt.Sprint(v.Kind, " ", v.Site)
				t.Log(v.Error())
			}
			if len(r.Findings) > 1 || got != tt.want {
				t.Errorf("%d findings, the last is %q, want %q", len(r.Findings), got, tt.want)
			}
		})
	}
}
