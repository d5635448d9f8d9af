package speed

import (
	"testing"

	"lockheld/internal/program"
	"lockheld/properties"
	"lockheld/sched"
)

// measure reports what a search costs. Run it with -benchtime 20x or so: the
// more searches, the more slices count.
func measure(b *testing.B, p *sched.Program, strategy string, executions int64) {
	b.Helper()
	m, err := NewMeter(p, strategy, executions)
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	for b.Loop() {
		if err := m.Search(); err != nil {
			b.Fatal(err)
		}
	}
	f := m.Figures()
	b.ReportMetric(0, "ns/op") // of a whole search, and of round trips
	b.ReportMetric(f.Step, "ns/step")
	b.ReportMetric(f.Trips, "trips/step")
	b.ReportMetric(f.Switches, "switches/step")
	b.ReportMetric(f.Steps, "steps/exec")
	b.ReportMetric(1e9/f.Execution, "exec/s")
	b.ReportMetric(f.Allocs, "allocs/exec")
	if f.Complete {
		b.ReportMetric(float64(f.Executions)*f.Steps*f.Trips, "trips/search")
	}
}

var strategies = []string{"dfs", "dpor", "cache", "random", "pct"}

// BenchmarkProgram measures small programs, in which nearly all is the engine.
func BenchmarkProgram(b *testing.B) {
	for _, name := range []string{"counter/3/10", "readers/8", "lastzero/10", "heaplock/3"} {
		p, err := program.Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range strategies {
			b.Run(flat(name)+"/"+s, func(b *testing.B) { measure(b, p, s, 5000) })
		}
	}
}

// ring hands a turn round among tasks that are all inside their bodies: each
// second step needs a coroutine switch, which readers/8 never does.
func ring(tasks, rounds uint64) *sched.Program {
	return &sched.Program{Name: "ring", Reusable: true, Setup: func(w *sched.World) {
		turn := sched.NewWord(w, "turn", 0)
		for i := range tasks {
			w.Go("T", func(t *sched.Task) {
				for range rounds {
					turn.Await(t, sched.Eq, i)
					turn.Store(t, (i+1)%tasks)
				}
			})
		}
	}}
}

// BenchmarkSwitch measures a program of which nearly each change of task is a
// coroutine switch.
func BenchmarkSwitch(b *testing.B) {
	b.Run("ring-8/random", func(b *testing.B) { measure(b, ring(8, 8), "random", 5000) })
}

// BenchmarkScenario measures the page heap.
func BenchmarkScenario(b *testing.B) {
	for _, name := range []string{"alloc-free", "scavenge-generation", "procresize"} {
		p, err := properties.Build{Scenario: name}.Program()
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range strategies {
			b.Run(name+"/"+s, func(b *testing.B) { measure(b, p, s, 1000) })
		}
	}
}

// BenchmarkSearch measures whole searches, to the last execution.
func BenchmarkSearch(b *testing.B) {
	for _, name := range []string{"lastzero/13", "heaplock/3", "readers/8"} {
		p, err := program.Lookup(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(flat(name)+"/dpor", func(b *testing.B) { measure(b, p, "dpor", 0) })
	}
}

// flat makes a name one level of -bench, of which a slash separates two.
func flat(name string) string {
	out := []byte(name)
	for i, c := range out {
		if c == '/' {
			out[i] = '-'
		}
	}
	return string(out)
}

// The figures that do not depend on time are right.
func TestFigures(t *testing.T) {
	p, err := program.Lookup("readers/10")
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMeter(p, "dpor", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	f := m.Figures()
	if f.Executions != 1024 || !f.Complete || f.Steps != 11 || f.Switches != 1 {
		t.Errorf("%d executions of %v steps, %v switches a step, complete %t; want 1024 of 11, 1, true", f.Executions, f.Steps, f.Switches, f.Complete)
	}
	for len(m.ratios) == 0 {
		if err := m.Search(); err != nil {
			t.Fatal(err)
		}
	}
	if f := m.Figures(); f.Trips <= 0 || f.Step <= 0 || f.Execution < f.Step {
		t.Errorf("times %+v", f)
	}
}
