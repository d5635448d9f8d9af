package properties

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/sched"
)

// TestPropertyReductionLosesNothing holds optimal reduction against searches
// without reduction, in each small form: every execution of these belongs to a
// class that the reduction ran, exactly once, and ends in the state in which
// that class ended. A communication that the engine does not see, past its
// objects, would make two executions of one class end differently.
func TestPropertyReductionLosesNothing(t *testing.T) {
	for _, sc := range passing() {
		t.Run(sc.Name, func(t *testing.T) {
			ends := map[sched.Class]uint64{}
			r := exploreEnds(t, sc.Name, exhaustive(), func(c sched.Class, end uint64) {
				if _, twice := ends[c]; twice {
					t.Errorf("dpor runs a class twice")
				}
				ends[c] = end
			})
			if r.Verdict != sched.Complete || r.Blocked != 0 || int64(len(ends)) != r.Executions {
				t.Fatalf("dpor: %v, %d executions of %d classes, %d blocked", r.Verdict, r.Executions, len(ends), r.Blocked)
			}
			n := int64(5000)
			if testing.Short() {
				n = 500
			}
			for _, o := range []sched.Options{
				{Strategy: "dfs", Preemptions: 2, Executions: n, Drain: true},
				{Strategy: "random", Preemptions: -1, Seed: 1, Executions: n, Drain: true},
			} {
				lost, differ := 0, 0
				exploreEnds(t, sc.Name, o, func(c sched.Class, end uint64) {
					want, known := ends[c]
					if !known {
						lost++
					} else if want != end {
						differ++
					}
				})
				if lost > 0 || differ > 0 {
					t.Errorf("%s: %d executions of classes that dpor does not run, %d that end differently from their class", o.Strategy, lost, differ)
				}
			}
		})
	}
}

// exploreEnds explores a scenario and calls f with the class and a digest of
// the last state of each execution.
func exploreEnds(t *testing.T, scenario string, o sched.Options, f func(c sched.Class, end uint64)) *sched.Report {
	t.Helper()
	var st *stage
	p, err := Build{Scenario: scenario, ready: func(s *stage) { st = s }}.Program()
	if err != nil {
		t.Fatal(err)
	}
	var classes sched.Classifier
	o.After = func(r *sched.Result) {
		if !r.Pruned {
			f(classes.Class(r), endState(st))
		}
	}
	r, err := sched.Explore(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range r.Findings {
		if found.Violation.Kind != sched.KindSometimes {
			t.Errorf("%s: %v", o.Strategy, found.Violation.Error())
		}
	}
	return r
}

// endState returns a digest of the pages, ranges, caches, spans and counters.
func endState(s *stage) uint64 {
	h := fnv.New64a()
	v := s.pages
	for i := range v.Words() {
		alloc, scav := v.Word(i)
		fmt.Fprint(h, alloc, scav, " ")
	}
	for i := range v.ScavRanges() {
		base, limit := v.ScavRange(i)
		fmt.Fprint(h, base, limit, " ")
	}
	fmt.Fprint(h, v.SearchAddr(), v.RangeBytes(), v.ScavGen(), v.ScavLWM(), v.FreeHWM(), "|")
	if s.h == nil {
		return h.Sum64()
	}
	fmt.Fprint(h, s.h.HeapSys(), s.h.HeapReleased(), s.h.HeapInuse(), s.h.PagesInUse(), s.h.ReclaimCredit(), s.h.Sweepgen(),
		s.h.SweepDone(), s.h.ScavengeGoal(), s.h.Carved(), s.h.Allspans(), s.h.SpansInUse(), "|")
	for _, p := range s.k.AllPs() {
		base, cache, scav := s.h.PageCache(p.ID)
		fmt.Fprint(h, base, cache, scav, s.h.CachedSpans(p.ID), s.h.HasMCache(p.ID), " ")
	}
	for i := range s.h.Spans() {
		sp := s.h.Span(i)
		fmt.Fprint(h, sp.Base(), sp.Pages(), sp.State(), sp.Sweepgen(), " ")
	}
	return h.Sum64()
}

const nondeterminism = "nondeterminism nondeterminism"

// What variants do wrong in the scenarios that are made for them, the reduction
// finds all of: no sampled schedule and no schedule with one preemption ends in a
// violation that it has not found. So properties declare what they read.
func TestPropertyReductionFindsAll(t *testing.T) {
	n := int64(1000)
	if testing.Short() {
		n = 100
	}
	for _, v := range heap.Variants() {
		if v.Catch == "" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			b := Build{Scenario: v.Scenario, Variant: v.Name}
			all := func(o sched.Options) (list []string) {
				o.All, o.Shrink, o.Recheck, o.Drain = true, -1, -1, true
				r := explore(t, b, o)
				for i := range r.Findings {
					if f := &r.Findings[i].Violation; f.Kind != sched.KindSometimes {
						list = append(list, fmt.Sprint(f.Kind, " ", f.Site))
					}
				}
				return list
			}
			o := exhaustive()
			o.Executions = 4 * mostClasses
			known := all(o)
			if slices.Contains(known, nondeterminism) {
				// Ms that race communicate past the objects, after which the rest
				// is not determined by the order of their steps. The race has been
				// found.
				if !slices.ContainsFunc(known, func(f string) bool { return strings.HasPrefix(f, "race ") }) {
					t.Errorf("%q without a race", known)
				}
				return
			}
			for _, o := range []sched.Options{
				{Strategy: "random", Preemptions: -1, Seed: 1, Executions: n, Depth: depth},
				{Strategy: "dfs", Preemptions: 1, Executions: n, Depth: depth},
			} {
				for _, found := range all(o) {
					if !slices.Contains(known, found) {
						t.Errorf("%s finds %s, dpor finds %q only", o.Strategy, found, known)
					}
				}
			}
		})
	}
}
