package properties

import (
	"context"
	"testing"
	"time"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

func TestTry(t *testing.T) {
	where := map[model.Site][]string{}
	total := time.Duration(0)
	for _, sc := range scenarios {
		if sc.Large {
			continue
		}
		for _, v := range []string{"go1.16"} {
			start := time.Now()
			cov := new(model.Coverage)
			p, err := Build{Scenario: sc.Name, Variant: v, Coverage: cov}.Program()
			if err != nil {
				t.Fatal(err)
			}
			r, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: 2, Depth: 400})
			if err != nil {
				t.Fatal(err)
			}
			d := time.Since(start)
			total += d
			t.Logf("%s %s: executions %d steps %d max %d cut %d verdict %v unreached %v %v", sc.Name, v, r.Executions, r.Steps, r.MaxSteps, r.Cut, r.Verdict, r.Unreached, d)
			for _, f := range r.Findings {
				t.Logf("  %v (%d steps)", f.Violation.Error(), len(f.Schedule))
			}
			for _, s := range cov.Sites() {
				where[s] = append(where[s], sc.Name)
			}
		}
	}
	t.Log(total)
	for _, s := range heap.Sites() {
		if s.Seed > 0 {
			t.Log(s.Seed, s.Site, where[s.Site])
		}
	}
	for _, s := range heap.Sites() {
		if s.Seed == 0 && where[s.Site] == nil {
			t.Log("never", s.Site)
		}
	}
	for _, s := range model.Sites() {
		if where[s.Site] == nil {
			t.Log("never", s.Site)
		}
	}
}
