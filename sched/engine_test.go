package sched

import (
	"context"
	"fmt"
	"testing"
)

// counter is n tasks that each k times lock, add one to a plain variable, unlock.
func counter(n, k int) *Program {
	return &Program{Name: "counter", Reusable: true, Setup: func(w *World) {
		m := NewMutex(w, "m")
		x := NewGuarded(w, "x", 0, GuardedBy(m))
		for i := range n {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				for range k {
					m.Lock(t)
					*x.Write(t)++
					m.Unlock(t)
				}
			})
		}
		w.AtEnd(Property{Name: "sum", Check: func() string {
			if *x.Peek() != n*k {
				return fmt.Sprint("x is ", *x.Peek())
			}
			return ""
		}})
	}}
}

// lostUpdate is n tasks that load and store x.
func lostUpdate(n int) *Program {
	return &Program{Name: "lost", Setup: func(w *World) {
		x := NewWord(w, "x", 0)
		for i := range n {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				x.Store(t, x.Load(t)+1)
			})
		}
		w.AtEnd(Property{Name: "sum", Check: func() string {
			if x.Peek() != uint64(n) {
				return fmt.Sprint("x is ", x.Peek())
			}
			return ""
		}})
	}}
}

func explore(t *testing.T, p *Program, o Options) *Report {
	t.Helper()
	r, err := Explore(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSmoke(t *testing.T) {
	for _, driven := range []bool{false, true} {
		r := explore(t, counter(2, 2), Options{Preemptions: -1, Driven: driven})
		t.Logf("%+v", r)
		r = explore(t, lostUpdate(2), Options{Preemptions: -1, Driven: driven, All: true})
		t.Logf("%+v", r)
		if len(r.Findings) > 0 {
			tr, err := Replay(lostUpdate(2), r.Findings[0].Schedule, Options{})
			t.Logf("%+v %v", tr, err)
		}
		r = explore(t, counter(3, 3), Options{Preemptions: -1, Driven: driven})
		t.Logf("%+v", r)
	}
}

func BenchmarkCounter(b *testing.B) {
	b.ReportAllocs()
	r, err := Explore(context.Background(), counter(3, 10), Options{Preemptions: -1, Executions: int64(b.N)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Steps), "ns/step")
}
