package properties

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// alikeScenarios are the scenarios that declare Ms to be interchangeable.
func alikeScenarios(t *testing.T) (names []string) {
	t.Helper()
	for _, sc := range append(Scenarios(), SpecialScenarios()...) {
		r := explore(t, Build{Scenario: sc.Name}, sched.Options{Strategy: "dfs", Preemptions: -1, Symmetry: true, Executions: 1, Depth: depth})
		if r.Symmetric {
			names = append(names, sc.Name)
		}
	}
	return names
}

// bySymmetry explores what b says by symmetry, checks the declaration, and returns
// the number of classes with tasks exchanged.
func bySymmetry(t *testing.T, b Build, o sched.Options) (r *sched.Report, classes int, wrong string) {
	t.Helper()
	p, err := b.Program()
	if err != nil {
		t.Fatal(err)
	}
	var own, repeated sched.Classifier
	known := map[sched.Class]bool{}
	o.Symmetry = true
	e := sched.NewExchange(p, o)
	note := func(c *sched.Classifier, r *sched.Result) {
		if !r.Pruned {
			known[c.Class(r)] = true
		}
	}
	e.After = func(r *sched.Result) { note(&repeated, r) }
	o.After = func(r *sched.Result) {
		note(&own, r)
		e.Add(r)
	}
	if r, err = sched.Explore(context.Background(), p, o); err != nil {
		t.Fatal(err)
	}
	if wrong, _, err = e.Done(); err != nil {
		t.Fatal(err)
	}
	return r, len(known), wrong
}

// sites lists what was found, up to which of several Ms, Ps and spans it was.
func sites(r *sched.Report) string {
	var all []string
	for i := range r.Findings {
		v := &r.Findings[i].Violation
		all = append(all, fmt.Sprint(v.Kind, " ", strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' {
				return -1
			}
			return c
		}, v.Site)))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// symmetric are the variants that scenarios with interchangeable Ms catch under
// reduction, the violations and, where there is none, the number of classes that a
// search by symmetry runs. Others have those of go1.16.
var symmetric = []struct {
	scenario, variant, sites string
	classes                  int64
}{
	{"reclaim", "go1.16", "", 1037},
	{"sweep-termination", "go1.16", "", 713},
	{"grow-scavenge", "go1.16", "", 21},
	{"reclaim", "lock-on-user-stack", "assertion lock/systemstack", 0},
	{"sweep-termination", "lock-on-user-stack", "assertion lock/systemstack", 0},
	{"grow-scavenge", "grow-unscavenged", "property P-REL", 0},
	{"sweep-termination", "sweepdone-flaps", "property P-DONE-ONCE", 0},
	{"reclaim", "unswept-strict", "panic throw", 0},
	{"grow-scavenge", "m10", "panic throw", 0},
	{"reclaim", "m17", "property P-SUMMARY", 0},
	{"sweep-termination", "m17", "property P-SUMMARY", 0},
	{"reclaim", "m18", "property P-SUMMARY", 0},
	{"sweep-termination", "m18", "property P-SUMMARY", 0},
	{"grow-scavenge", "m18", "panic throw", 0},
	{"reclaim", "m20", "property P-SEARCH", 0},
	{"grow-scavenge", "m24", "property P-SEARCH", 0},
	{"grow-scavenge", "m25", "property P-SCAVSUB", 0},
	{"grow-scavenge", "m26", "property P-REL", 0},
	{"grow-scavenge", "m32", "property P-RETAIN", 0},
	{"grow-scavenge", "m33", "property P-REL, property P-RETAIN", 0},
	{"reclaim", "m34", "", 2195},
	{"reclaim", "m35", "property P-SPANMAP", 0},
	{"sweep-termination", "m35", "property P-SPANMAP", 0},
	{"grow-scavenge", "m38", "", 21},
	{"grow-scavenge", "m42", "assertion reclaim/not-held", 0},
	{"reclaim", "m43", "panic throw", 0},
	{"sweep-termination", "m43", "panic throw", 0},
	{"grow-scavenge", "m54", "assertion rank", 0},
}

// A search by symmetry finds in each variant what one without finds, up to which
// of the interchangeable Ms it was. With these exchanged, it is the same classes.
func TestPropertySymmetry(t *testing.T) {
	want := []string{"reclaim", "sweep-termination", "grow-scavenge"}
	if got := alikeScenarios(t); !slices.Equal(got, want) {
		t.Fatalf("Ms are alike in %q, want %q", got, want)
	}
	for _, c := range symmetric {
		o := exhaustive()
		o.All, o.Shrink, o.Recheck = true, -1, -1
		b := Build{Scenario: c.scenario, Variant: c.variant}
		plain := explore(t, b, o)
		r, classes, wrong := bySymmetry(t, b, o)
		switch {
		case wrong != "":
			t.Errorf("%s, variant %s: %s", c.scenario, c.variant, wrong)
		case sites(r) != c.sites || sites(plain) != c.sites || r.Verdict != plain.Verdict:
			t.Errorf("%s, variant %s: %v %q by symmetry, %v %q without, want %q", c.scenario, c.variant,
				r.Verdict, sites(r), plain.Verdict, sites(plain), c.sites)
		case c.sites != "" && r.Executions < plain.Executions:
			// What comes behind a violation need not be the same for all Ms.
		case r.Executions != c.classes || int64(classes) != plain.Executions:
			t.Errorf("%s, variant %s: %d classes and %d with Ms exchanged, want %d and %d", c.scenario, c.variant,
				r.Executions, classes, c.classes, plain.Executions)
		}
	}
}

// A declaration that is wrong is noticed: Ms that do not do the same, Ms that do
// but whose Ps have not the same in their caches, and Ms that get their Ps in the
// order in which they wait for one.
func TestPropertyAsymmetry(t *testing.T) {
	for _, c := range []struct {
		name, want string
		config     func(c *heap.Config)
		setup      func(s *stage) (a, b *model.M)
	}{
		{"scripts", "has other tasks that could move", noStops(2), func(s *stage) (a, b *model.M) {
			s.h.Prepare(func(m *model.M) { s.prepareSweep(m, 0, 1) })
			a = s.m("one", func(m *model.M) { s.sweepone(m) })
			b = s.m("two", func(m *model.M) { s.sweepone(m); s.sweepone(m) })
			return a, b
		}},
		{"caches", "has another operation than", noStops(2), func(s *stage) (a, b *model.M) {
			s.h.Prepare(func(m *model.M) {
				s.h.Alloc(m, 1, 0, true)
				s.h.Alloc(m, 1, 0, true) // a block of pages for the cache of the first P
			})
			a = s.m("one", func(m *model.M) { s.alloc(m, 1) })
			b = s.m("two", func(m *model.M) { s.alloc(m, 1) })
			return a, b
		}},
		{"waiting for Ps", "but only two can begin", noStops(1), func(s *stage) (a, b *model.M) {
			s.m("first", func(m *model.M) { s.alloc(m, 1) })
			a = s.m("one", func(m *model.M) { s.alloc(m, 1) })
			b = s.m("two", func(m *model.M) { s.alloc(m, 1) })
			return a, b
		}},
	} {
		sc := &Scenario{Name: c.name, Geometry: "small", config: c.config, setup: func(s *stage) {
			a, b := c.setup(s)
			s.w.Symmetric(a.T(), b.T())
		}}
		if wrong := asymmetry(t, sc); !strings.Contains(wrong, c.want) {
			t.Errorf("%s: %q, want %q", c.name, wrong, c.want)
		} else {
			t.Log(wrong)
		}
	}
}

// asymmetry returns what is noticed of a wrong declaration.
func asymmetry(t *testing.T, sc *Scenario) (wrong string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			wrong = fmt.Sprint(r)
		}
	}()
	p, err := Build{}.program(sc)
	if err != nil {
		t.Fatal(err)
	}
	o := exhaustive()
	o.Symmetry = true
	e := sched.NewExchange(p, o)
	o.After = e.Add
	if _, err := sched.Explore(context.Background(), p, o); err != nil {
		t.Fatal(err)
	}
	if wrong, _, err = e.Done(); err != nil {
		t.Fatal(err)
	}
	return wrong
}
