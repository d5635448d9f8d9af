package properties

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/heap"
)

// foundIn is the kind and site of what a bounded search finds, "" if nothing.
func foundIn(t *testing.T, b Build) string {
	t.Helper()
	r := explore(t, b, bounded())
	if len(r.Findings) == 0 {
		return ""
	}
	v := &r.Findings[0].Violation
	return fmt.Sprint(v.Kind, " ", v.Site)
}

// What real bugs lead to where the check that catches them first is off, and
// that those which need an interleaving are not seen without it.
func TestPropertyBugConsequences(t *testing.T) {
	for _, tt := range []struct {
		variant, scenario string
		off               []string
		want              string // kind and site, "" if nothing
	}{
		// #32105: the stack grows with the heap lock held, and needs it.
		{"setgcpercent-on-g", "percent-grows", []string{"-P-SYSSTACK"}, "assertion rank"},
		{"setgcpercent-on-g", "percent-grows", []string{"-P-SYSSTACK", "-P-RANK", "-P-NEG"}, "self-deadlock heap"},
		// #34047: scavenge.lock comes before the heap lock.
		{"wake-in-pace", "gc-then-percent", []string{"-P-NEG"}, "assertion rank"},
		// #53979: one M has the heap lock and wants the trace's, the other has
		// that and wants the heap lock.
		{"trace-in-pace", "percent-traced", []string{"-P-RANK"}, "deadlock trace.lock"},
		{"go1.16", "percent-traced", []string{"-P-RANK"}, "deadlock trace.lock"},
		{"trace-in-pace-fixed", "percent-traced", []string{"-P-RANK"}, ""},
		// #28993: the barrier needs the lock that the M holds.
		{"barrier-under-lock", "barrier", []string{"-P-RANK"}, "assertion allocSpan/not-held"},
		{"barrier-under-lock", "barrier", []string{"-P-RANK", "-P-NEG"}, "self-deadlock heap"},
		// #41391: the runtime's own assertion sees it where an object is carved.
		{"testhelper-unlocked", "test-spans", []string{"-P-NEG"}, "assertion recordspan/entry"},
		// #35788: alone a scavenger looks at everything.
		{"shared-scavaddr", "scavenge-rounds", nil, ""},
		// #42237: nobody takes a P for another M.
		{"p-not-stopped", "read-mem-stats", nil, ""},
		// #47302: the P does not go.
		{"stale-pcache-pointer", "test-spans", nil, ""},
	} {
		t.Run(fmt.Sprint(tt.variant, "/", tt.scenario, tt.off), func(t *testing.T) {
			if got := foundIn(t, Build{Scenario: tt.scenario, Variant: tt.variant, Properties: tt.off}); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// With each strict property that Go 1.16 is known not to have in a scenario that
// is made for bugs, it fails there.
func TestPropertyKnownBugs(t *testing.T) {
	n := 0
	for _, sc := range bugScenarios {
		for _, name := range sc.Known() {
			n++
			if got := foundIn(t, Build{Scenario: sc.Name, Properties: []string{"+" + name}}); got != "property "+name {
				t.Errorf("%s with %s: found %q", sc.Name, name, got)
			}
		}
	}
	if n == 0 {
		t.Error("no scenario has one")
	}
}

// The fixed twins pass all scenarios, with what is checked to see the bug.
func TestPropertyTwins(t *testing.T) {
	for _, v := range heap.Variants() {
		if v.Kind != heap.VariantFixed {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			o := bounded()
			o.Preemptions = 1
			for _, name := range ScenariosFor(v.Name) {
				if r := explore(t, Build{Scenario: name, Variant: v.Name}, o); len(r.Findings) > 0 {
					t.Errorf("%s: %v", name, r.Findings[0].Violation.Error())
				}
			}
		})
	}
}

// brokenByBug reports whether the property is what catches a real bug, which
// TestPropertyCaught checks.
func brokenByBug(name string) bool {
	return slices.ContainsFunc(heap.Variants(), func(v *heap.Variant) bool {
		return v.Kind == heap.VariantBug && v.Catch == name
	})
}
