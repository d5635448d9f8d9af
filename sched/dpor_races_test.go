package sched

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Which violations of which tasks a search can find is the same with and without
// reduction, also behind a race: the task that comes second ends at it, so that
// what it would do later is only done where it comes first.
func compareRacesReduced(t *testing.T, seed uint64, check func(c DPORSettings, p *Program, want *Report, ends map[string]bool) string) (what string, compared, racy bool) {
	t.Helper()
	p := racyProgram(seed, nil)
	ends := map[string]bool{}
	d := explore(t, p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: 5 * most, After: func(r *Result) { ends[endOf(r)] = true }})
	if d.Executions == 5*most {
		return "", false, false
	}
	for _, c := range []DPORSettings{{}, {Order: "highest"}, {Order: "last"}, {Workers: 3}} {
		if what := check(c, racyProgram(seed, nil), d, ends); what != "" {
			return fmt.Sprintf("%s, %+v: %s", p.Name, c, what), true, true
		}
	}
	return "", true, len(d.Findings) > 0
}

// endOf tells what every task has done in an execution, and how it ended.
func endOf(r *Result) string {
	var did [maxTasks]strings.Builder
	for i := range r.Log {
		s := &r.Log[i]
		fmt.Fprint(&did[s.Task], " ", s.Kind, s.Obj, s.OK)
		if s.Kind != OpInc { // they commute
			fmt.Fprint(&did[s.Task], s.Before)
		}
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		fmt.Fprint(&did[r.w.tasks[slices.IndexFunc(r.w.tasks, func(t *Task) bool { return t.name == v.Task })].index], " ", v.Kind, v.Site)
	}
	var end strings.Builder
	for i := range did {
		if did[i].Len() > 0 {
			fmt.Fprint(&end, i, did[i].String(), "; ")
		}
	}
	return end.String()
}

// racesReduced says how dpor -all differs from dfs -all.
func racesReduced(t *testing.T, blocked *int64) func(c DPORSettings, p *Program, want *Report, ends map[string]bool) string {
	return func(c DPORSettings, p *Program, want *Report, ends map[string]bool) string {
		got := map[string]bool{}
		r, err := ExploreReduced(t.Context(), p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, After: func(r *Result) {
			if !r.Pruned {
				got[endOf(r)] = true
			}
		}}, c)
		if err != nil {
			t.Fatal(err)
		}
		*blocked += r.Blocked
		switch {
		case findings(r) != findings(want) || r.Verdict != want.Verdict:
			return fmt.Sprintf("%v %s, dfs %v %s", r.Verdict, findings(r), want.Verdict, findings(want))
		case !maps.Equal(got, ends):
			return fmt.Sprintf("%d ends, dfs %d; blocked %d", len(got), len(ends), r.Blocked)
		case len(want.Findings) == 0 && r.Blocked > 0:
			return fmt.Sprintf("%d blocked", r.Blocked)
		}
		return ""
	}
}

// TestReductionFindsAllRaces compares the violations of dpor -all with those of
// dfs -all, and how executions end.
func TestReductionFindsAllRaces(t *testing.T) {
	seeds := []uint64{894, 1000, 1509, 2211, 2538, 2970} // needed more than one idea
	for seed := range uint64(300 * *MoreJudged) {
		if !testing.Short() || seed%4 == 3 {
			seeds = append(seeds, seed)
		}
	}
	compared, racy, blocked := 0, 0, int64(0)
	for _, seed := range seeds {
		what, ok, found := compareRacesReduced(t, seed, racesReduced(t, &blocked))
		if what != "" {
			t.Error(what)
		}
		if ok {
			compared++
		}
		if found {
			racy++
		}
	}
	t.Logf("%d programs, %d with violations, %d blocked executions", compared, racy, blocked)
}

// TestReductionFindsAllRacesNotices: left to chance, the order of the accesses of
// a race shows.
func TestReductionFindsAllRacesNotices(t *testing.T) {
	blocked := int64(0)
	check := racesReduced(t, &blocked)
	what, _, _ := compareRacesReduced(t, 183, func(c DPORSettings, p *Program, want *Report, ends map[string]bool) string {
		c.Fault = "cells"
		return check(c, p, want, ends)
	})
	if what == "" {
		t.Error("not noticed")
	}
	t.Log(what)
}

// A search that begins anew because of a race can be interrupted and resumed
// before and after that.
func TestResumeRaces(t *testing.T) {
	for _, seed := range []uint64{183, 257, 585, 894, 1509} {
		p := racyProgram(seed, nil)
		p.Reusable = true
		o := Options{Strategy: "dpor", Preemptions: -1, All: true}
		want, executions := allSchedules(t, p, o)
		r, _, legs := inLegs(t, p, o, rand.New(rand.NewPCG(seed, 8)), 1+len(executions)/4)
		if a, b := outcome(t, want), outcome(t, r); a != b {
			t.Errorf("%s: in one go: %s\nin %d legs: %s", p.Name, a, legs, b)
		}
	}
}

// TestBoundedReductionFindsAllRaces compares the violations within a bound on
// preemptions.
func TestBoundedReductionFindsAllRaces(t *testing.T) {
	seeds := uint64(300 * *MoreJudged)
	if testing.Short() {
		seeds = 300
	}
	compared, racy := 0, 0
	for seed := range seeds {
		p := racyProgram(seed, nil)
		for k := range 3 {
			ends, got := map[string]bool{}, map[string]bool{}
			o := Options{Preemptions: k, All: true, Recheck: -1, Shrink: -1, Executions: most, After: func(r *Result) { ends[endOf(r)] = true }}
			d := explore(t, p, o)
			if d.Executions == most {
				break
			}
			o.Strategy, o.Executions, o.After = "dpor", 0, func(r *Result) { got[endOf(r)] = true }
			r := explore(t, racyProgram(seed, nil), o)
			if findings(r) != findings(d) {
				t.Errorf("%s, preemptions %d: %s, dfs %s", p.Name, k, findings(r), findings(d))
			}
			if !maps.Equal(got, ends) {
				t.Errorf("%s, preemptions %d: %d ends, dfs %d", p.Name, k, len(got), len(ends))
			}
			if compared++; len(d.Findings) > 0 {
				racy++
			}
		}
	}
	t.Logf("%d searches, %d with violations", compared, racy)
}
