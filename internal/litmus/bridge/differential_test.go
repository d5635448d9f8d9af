package bridge

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// followed has what the oracle says of every execution that the engine ran.
type followed struct {
	p      *litmus.Program
	again  bool            // a schedule may come twice
	seen   map[string]bool // schedules
	traces map[string]int  // executions of each trace
	most   int             // preemptions of an execution
	wrong  string          // the first difference
}

func follow(p *litmus.Program) *followed {
	return &followed{p: p, seen: map[string]bool{}, traces: map[string]int{}}
}

// add lets the oracle execute the schedule of r and compares all that both know.
func (f *followed) add(r *sched.Result) {
	if f.wrong != "" || r.Pruned {
		return
	}
	schedule := make([]int, len(r.Log))
	for i := range r.Log {
		schedule[i] = int(r.Log[i].Task)
	}
	run, err := oracle.Follow(f.p, schedule)
	if err != nil {
		f.wrong = err.Error()
		return
	}
	for i := range r.Log {
		got, want := &r.Log[i], run.Steps[i]
		had := oracle.Step{Enabled: got.Enabled, Object: index(got.Obj), Before: int64(got.Before), Failed: !got.OK}
		if had != want {
			f.wrong = fmt.Sprintf("schedule %v, step %d: engine has %+v, oracle %+v", schedule, i, had, want)
			return
		}
	}
	one := NewOutcomes(f.p)
	one.Add(r)
	if got := one.List()[0]; got != run.Outcome {
		f.wrong = fmt.Sprintf("schedule %v: engine ends with %s, oracle with %s", schedule, got, run.Outcome)
		return
	}
	key := fmt.Sprint(schedule)
	if f.seen[key] && !f.again {
		f.wrong = "schedule " + key + " was executed twice"
		return
	}
	f.seen[key] = true
	f.traces[run.Trace]++
	f.most = max(f.most, run.Preemptions)
}

var more = flag.Int("more", 1, "generate so many times as many programs")

// forEach calls f with generated programs of each profile.
func forEach(t *testing.T, perProfile int, most uint64, f func(t *testing.T, p *litmus.Program)) {
	t.Helper()
	if testing.Short() {
		perProfile = max(1, perProfile/5)
	}
	for _, prof := range oracle.Profiles() {
		prof.MaxInterleavings = min(prof.MaxInterleavings, most)
		t.Run(prof.Name, func(t *testing.T) {
			for seed := range uint64(perProfile * *more) {
				p := oracle.Generate(&prof, seed)
				f(t, p)
				if t.Failed() {
					t.Fatalf("seed %d of profile %s with at most %d interleavings:\n%s", seed, prof.Name, most, p)
				}
			}
		})
	}
}

func classes(t *testing.T, p *litmus.Program) *oracle.Result {
	t.Helper()
	r, err := oracle.Classes(p, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDFSAgainstOracle: plain depth-first search runs exactly the complete
// executions that the oracle counts, with the same ends.
func TestDFSAgainstOracle(t *testing.T) {
	t.Run("many", func(t *testing.T) { forEach(t, 60, 1000, dfsAgainstOracle) })
	t.Run("large", func(t *testing.T) { forEach(t, 4, 20000, dfsAgainstOracle) })
}

func dfsAgainstOracle(t *testing.T, p *litmus.Program) {
	t.Helper()
	want := classes(t, p)
	got := explore(t, p, sched.Options{Strategy: "dfs", Preemptions: -1})
	checkCount(t, got.report, "dfs", want.Expectations())
	if got.report.MaxSteps != want.Steps {
		t.Errorf("at most %d steps, want %d", got.report.MaxSteps, want.Steps)
	}
	compareEnds(t, got, want.Expectations())
	for _, e := range want.Ends {
		if n := uint64(got.outcomes.Count(e.Outcome)); n != e.Interleavings {
			t.Errorf("%d executions end with %s, want %d", n, e.Outcome, e.Interleavings)
		}
	}
}

// TestEveryExecution: step for step, the oracle has the same tasks enabled, the
// same end, and no execution comes twice; each trace is there.
func TestEveryExecution(t *testing.T) {
	forEach(t, 40, 400, func(t *testing.T, p *litmus.Program) {
		want := classes(t, p)
		for _, driven := range []bool{false, true} {
			f := follow(p)
			exploreWith(t, p, sched.Options{Strategy: "dfs", Preemptions: -1, Driven: driven}, f)
			if n := uint64(len(f.traces)); n != want.Traces {
				t.Errorf("driven %v: %d traces, want %d", driven, n, want.Traces)
			}
			if most := len(want.Bounded) - 1; f.most < most {
				t.Errorf("driven %v: at most %d preemptions, but a trace needs %d", driven, f.most, most)
			}
		}
	})
}

func exploreWith(t *testing.T, p *litmus.Program, o sched.Options, f *followed) *sched.Report {
	t.Helper()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	o.All, o.Shrink, o.After = true, -1, f.add
	rep, err := sched.Explore(t.Context(), prog, o)
	if err != nil {
		t.Fatal(err)
	}
	if f.wrong != "" {
		t.Error(f.wrong)
	}
	return rep
}

// checkCount compares the number of executions where the strategy promises one.
func checkCount(t *testing.T, r *sched.Report, strategy string, want *litmus.Expectations) {
	t.Helper()
	n := uint64(r.Executions)
	switch strategy {
	case "dfs":
		if n != want.Interleavings {
			t.Errorf("%d executions, want one for each of %d interleavings", n, want.Interleavings)
		}
	case "dpor":
		if n != want.Traces {
			t.Errorf("%d executions, want one for each of %d traces", n, want.Traces)
		}
	default:
		return
	}
	if r.Blocked != 0 {
		t.Errorf("blocked=%d", r.Blocked)
	}
}

// TestPreemptionBound: with a bound, depth-first search covers exactly the
// traces that an execution with so few preemptions belongs to.
func TestPreemptionBound(t *testing.T) {
	forEach(t, 20, 300, func(t *testing.T, p *litmus.Program) {
		want := classes(t, p)
		for k, n := range want.Bounded {
			f := follow(p)
			exploreWith(t, p, sched.Options{Strategy: "dfs", Preemptions: k}, f)
			if got := uint64(len(f.traces)); got != n {
				t.Errorf("bound %d: %d traces, want %d", k, got, n)
			}
			if f.most > k {
				t.Errorf("bound %d: an execution has %d preemptions", k, f.most)
			}
		}
	})
}

// TestStrategies holds every strategy that there is to what its kind promises:
// an exhaustive one finds all ends, dpor each trace exactly once; a sampling
// one runs possible executions.
func TestStrategies(t *testing.T) {
	for _, s := range sched.Strategies() {
		if s.Name == "dfs" {
			continue // above
		}
		t.Run(s.Name, func(t *testing.T) {
			forEach(t, 10, 400, func(t *testing.T, p *litmus.Program) {
				want := classes(t, p)
				if s.Kind == sched.Sampling {
					checkSampling(t, p, s.Name, want)
				} else {
					checkExhaustive(t, p, s.Name, want)
				}
			})
		})
	}
}

func checkSampling(t *testing.T, p *litmus.Program, name string, want *oracle.Result) {
	t.Helper()
	for seed := range uint64(2) {
		f := follow(p)
		f.again = true
		rep := exploreWith(t, p, sched.Options{Strategy: name, Preemptions: -1, Seed: seed, Executions: 20}, f)
		if rep.Executions != 20 {
			t.Errorf("%d executions, want 20", rep.Executions)
		}
		if n := uint64(len(f.traces)); n == 0 || n > want.Traces {
			t.Errorf("%d traces, but there are %d", n, want.Traces)
		}
	}
}

func checkExhaustive(t *testing.T, p *litmus.Program, name string, want *oracle.Result) {
	t.Helper()
	got := explore(t, p, sched.Options{Strategy: name, Preemptions: -1})
	compareEnds(t, got, want.Expectations())
	checkCount(t, got.report, name, want.Expectations())
	if name != "dpor" {
		return
	}
	f := follow(p)
	exploreWith(t, p, sched.Options{Strategy: name, Preemptions: -1}, f)
	if n := uint64(len(f.traces)); n != want.Traces {
		t.Errorf("%d different traces, want %d", n, want.Traces)
	}
}

// FuzzAgainstOracle is TestStrategies and TestEveryExecution on any seed.
func FuzzAgainstOracle(f *testing.F) {
	profiles := oracle.Profiles()
	for i := range profiles {
		f.Add(uint8(i), uint64(1000+i))
	}
	f.Fuzz(func(t *testing.T, profile uint8, seed uint64) {
		prof := profiles[int(profile)%len(profiles)]
		prof.MaxInterleavings = 1000
		p := oracle.Generate(&prof, seed)
		want := classes(t, p)
		for _, s := range sched.Strategies() {
			if s.Kind == sched.Exhaustive {
				checkExhaustive(t, p, s.Name, want)
			}
		}
		if t.Failed() {
			t.Logf("program:\n%s", p)
		}
	})
}

// TestTasksAreLimited: the engine holds so many tasks and no more; a program
// with more is refused, not cut.
func TestTasksAreLimited(t *testing.T) {
	p := &litmus.Program{Name: "many", Objects: []litmus.Object{{Kind: litmus.Var, Name: "x"}}}
	for i := range maxTasks {
		p.Tasks = append(p.Tasks, litmus.Task{Name: fmt.Sprint("T", i)})
	}
	p.Tasks[maxTasks-1].Ops = []litmus.Op{{Code: litmus.Write, E: litmus.Expr{N: 1}}}
	got := explore(t, p, sched.Options{Strategy: "dfs", Preemptions: -1})
	if list := got.outcomes.List(); !slices.Equal(list, []string{"x=1"}) {
		t.Errorf("outcomes %q", list)
	}
	p.Tasks = append(p.Tasks, litmus.Task{Name: "Last"})
	const want = "many has 65 tasks; the engine takes at most 64"
	if _, err := Program(p); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
