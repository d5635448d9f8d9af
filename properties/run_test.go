package properties

import (
	"context"
	"testing"
	"time"

	"lockheld/sched"
)

func TestTry(t *testing.T) {
	for _, sc := range scenarios {
		for _, v := range []string{"go1.16", "before"} {
			start := time.Now()
			p, err := Build{Scenario: sc.Name, Variant: v}.Program()
			if err != nil {
				t.Fatal(err)
			}
			r, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: 2, Depth: 400})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %s: executions %d steps %d max %d cut %d verdict %v unreached %v %v", sc.Name, v, r.Executions, r.Steps, r.MaxSteps, r.Cut, r.Verdict, r.Unreached, time.Since(start))
			for _, f := range r.Findings {
				t.Logf("  %v (%d steps)", f.Violation.Error(), len(f.Schedule))
			}
		}
	}
}
