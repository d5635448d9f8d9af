package sched

import "testing"

func TestCacheTry(t *testing.T) {
	for _, p := range []*Program{counter(3, 3), readers(8), lostUpdate(3, 2), philosophers(4), heaplock(3, true), independent(3, 3, 3)} {
		for _, s := range []string{"dfs", "cache"} {
			if s == "dfs" && p.Name == "readers/8" {
				continue
			}
			r := explore(t, p, Options{Strategy: s, Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: 200000})
			t.Logf("%s %s: %v %s exec %d blocked %d steps %d states %d merged %d %v", p.Name, s, r.Verdict, r.Why, r.Executions, r.Blocked, r.Steps, r.States, r.Merged, r.Notes)
			for _, f := range r.Findings {
				t.Log(f.Violation.Error())
			}
		}
	}
}
