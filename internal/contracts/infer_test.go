package contracts

import (
	"context"
	"strings"
	"testing"

	"lockheld/properties"
	"lockheld/sched"
)

// observe explores scenarios on a variant with at most one preemption.
func observe(t *testing.T, variant string, scenarios ...string) *Inference {
	t.Helper()
	in := New(variant)
	for _, name := range scenarios {
		o := new(Observer)
		p, err := properties.Build{Scenario: name, Variant: variant, Observer: o, Properties: Properties}.Program()
		if err != nil {
			t.Fatal(err)
		}
		rep, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: 1, All: true, Shrink: -1, Recheck: -1,
			After: func(r *sched.Result) { o.Ended(name, r) }})
		if err != nil {
			t.Fatal(err)
		}
		in.Add(name, o, rep)
	}
	return in
}

// written is the text of an inference with the name of the scenario in place of
// commands.
func written(t *testing.T, in *Inference) string {
	t.Helper()
	var b strings.Builder
	_, err := in.Write(&b, func(w Witness) (string, error) {
		return w.Scenario, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Code that breaks a contract is found to differ from it, and where.
func TestDifferences(t *testing.T) {
	for _, tt := range []struct{ variant, scenario, line string }{
		{"go1.16", "procresize", ""},
		{"before", "procresize", "difference: pageAlloc.update: it is documented as held at the entry and called otherwise"},
		{"before", "procresize", "inconsistent: pageCache.flush is documented as held or stopped and calls pageAlloc.update, documented as held, without taking the lock"},
		{"before", "procresize", "site: flush/entry demands lock and was reached without the lock in a stopped world"},
		{"before-tests", "test-helpers", "difference: pageAlloc.alloc: it is documented as held at the entry and called otherwise"},
		{"m56", "gc-percent", "difference: gcSetTriggerRatio: it is documented as held or stopped at the entry and called otherwise"},
		{"m06", "grow", "difference: mheap.allocSpan: it returns with the lock in another state than it was called with"},
		{"m41", "reclaim-traced", "difference: mheap.reclaimChunk: it returns with the lock in another state than it was called with"},
		{"m42", "grow", "difference: mheap.reclaim: it is documented as not held at the entry and called otherwise"},
	} {
		t.Run(tt.variant+"/"+tt.scenario, func(t *testing.T) {
			text := written(t, observe(t, tt.variant, tt.scenario))
			if tt.line == "" {
				for _, w := range []string{"difference:", "inconsistent:", "demands"} {
					if strings.Contains(text, w) {
						t.Errorf("has %s:\n%s", w, text)
					}
				}
				return
			}
			if !strings.Contains(text, tt.line+"\nreplay: "+tt.scenario+" # ") {
				t.Errorf("no line %q in\n%s", tt.line, text)
			}
		})
	}
}

// Who observes does not change what is explored.
func TestObservingChangesNothing(t *testing.T) {
	const name = "free-os-memory"
	var schedules [2][]string
	for i := range schedules {
		b := properties.Build{Scenario: name}
		o := new(Observer)
		if i == 1 {
			b.Observer = o
		}
		p, err := b.Program()
		if err != nil {
			t.Fatal(err)
		}
		_, err = sched.Explore(context.Background(), p, sched.Options{Preemptions: 1, After: func(r *sched.Result) {
			schedules[i] = append(schedules[i], r.Schedule().String())
			o.Ended(name, r)
		}})
		if err != nil {
			t.Fatal(err)
		}
		if (len(o.seen) > 0) != (i == 1) {
			t.Errorf("search %d: %d observations", i, len(o.seen))
		}
	}
	if a, b := strings.Join(schedules[0], "\n"), strings.Join(schedules[1], "\n"); a != b {
		t.Errorf("%d executions, %d with an observer, or other ones", len(schedules[0]), len(schedules[1]))
	}
}

// Functions with an entry of their own in the list of assertion points are those
// of the contracts, and agree with them.
func TestSitesAgreeWithContracts(t *testing.T) {
	docs := map[string]Contract{}
	for _, c := range Documented(false) {
		if docs[c.Function].Function != "" {
			t.Errorf("%s is listed twice", c.Function)
		}
		docs[c.Function] = c
	}
	n := 0
	for _, s := range New("go1.16").Sites() {
		n++
		want := map[string]Entry{"lock": Held, "stw-or-lock": HeldOrStopped}[string(s.Kind)]
		if c := docs[s.Function]; c.Entry != want {
			t.Errorf("%s: %s demands %s, the contract says %q", s.Site, s.Function, s.Kind, c.Entry)
		}
	}
	if n != 28 {
		t.Errorf("%d assertion points of the commit", n)
	}
}

func TestHeapFunction(t *testing.T) {
	for full, want := range map[string]string{
		"lockheld/heap.(*pageAlloc).update":         "pageAlloc.update",
		"lockheld/heap.popcount":                    "popcount",
		"lockheld/heap.(*mheap).freeSpan.func1":     "",
		"lockheld/heap.(*mheap).assertLockHeld":     "",
		"lockheld/heap.(*Heap).GC":                  "",
		"lockheld/model.(*M).Lock":                  "",
		"lockheld/heap.(*mheap).procresize-fm":      "",
		"lockheld/properties.(*stage).allocAndFree": "",
	} {
		if got := heapFunction(full); got != want {
			t.Errorf("%s: %q, want %q", full, got, want)
		}
	}
}

// Two calls from one place are two calls only if the stacks in between differ, or
// an assertion point at the entry is evaluated again.
func TestCommon(t *testing.T) {
	a := []frame{{pc: 1, full: "a"}, {pc: 2, full: "b"}, {pc: 3, full: "c"}}
	for _, tt := range []struct {
		b    []frame
		want int
	}{
		{a, 3},
		{[]frame{{pc: 1, full: "a"}, {pc: 9, full: "b"}, {pc: 3, full: "c"}}, 2},
		{[]frame{{pc: 1, full: "a"}, {pc: 9, full: "x"}}, 1},
		{[]frame{{pc: 1, full: "a"}}, 1},
		{nil, 0},
	} {
		if got := common(a, tt.b); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.b, got, tt.want)
		}
	}
}
