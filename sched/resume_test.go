package sched

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// inLegs explores p in legs that are each interrupted at a random execution and
// go on from the text of the state that the last one left, with any number of
// workers. It returns the last report, and the schedules of all executions.
func inLegs(t *testing.T, p *Program, o Options, rnd *rand.Rand, most int) (r *Report, all []string, legs int) {
	t.Helper()
	for {
		legs++
		ctx, cancel := context.WithCancel(context.Background())
		left := rnd.IntN(most)
		if legs > 50 {
			left = 1 << 30
		}
		var text []byte
		o.Saver = &Saver{Save: func(s *State) { text = s.AppendText(nil) }}
		o.Workers = 1 + rnd.IntN(3)
		o.After = func(r *Result) {
			all = append(all, r.Schedule().String())
			switch left--; {
			case left < 0:
				cancel()
			case left%3 == 0:
				o.Saver.Request()
			}
		}
		r, err := Explore(ctx, p, o)
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if o.Resume, err = ParseState(text); err != nil {
			t.Fatalf("%s: the state cannot be read: %v", p.Name, err)
		}
		if err := o.Resume.Check(p, o); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		// Where the last execution was interrupted, what it found is yet to be made short.
		if o.Resume.Finished() && left >= 0 {
			if again := o.Resume.AppendText(nil); !slices.Equal(again, text) {
				t.Fatalf("%s: a state that was read is written in another way", p.Name)
			}
			slices.Sort(all)
			return r, all, legs
		}
	}
}

// A search that is interrupted and resumed at any places has the report of one
// that is not, and runs the same executions.
func TestResumedSearchGivesTheSameReport(t *testing.T) {
	modes := divided()
	modes["dpor"] = Options{Strategy: "dpor", Preemptions: -1, All: true}
	modes["dpor, first"] = Options{Strategy: "dpor", Preemptions: -1}
	modes["dpor, limit"] = Options{Strategy: "dpor", Preemptions: -1, All: true, Executions: 30}
	modes["dpor, cut"] = Options{Strategy: "dpor", Preemptions: -1, All: true, Depth: 6}
	for k := range 4 {
		modes[fmt.Sprint("dpor, bound ", k)] = Options{Strategy: "dpor", Preemptions: k, All: true}
	}
	modes["dpor, bound, first"] = Options{Strategy: "dpor", Preemptions: 1}
	k, several := uint64(0), 0
	for _, p := range suite() {
		for _, what := range slices.Sorted(maps.Keys(modes)) {
			o := modes[what]
			if k++; raceEnabled && k%5 != 0 {
				continue
			}
			want, executions := allSchedules(t, p, o)
			o.eager = true
			r, all, legs := inLegs(t, p, o, rand.New(rand.NewPCG(k, 7)), 1+len(executions)/3)
			if legs > 1 {
				several++
			}
			if a, b := outcome(t, want), outcome(t, r); a != b {
				t.Errorf("%s, %s: in one go: %s\nin %d legs: %s", p.Name, what, a, legs, b)
			}
			if o.All && !slices.Equal(all, executions) {
				t.Errorf("%s, %s: other executions in %d legs", p.Name, what, legs)
			}
		}
	}
	if several < int(k)/8 {
		t.Errorf("only %d searches of %d were interrupted", several, k)
	}
}

// An interrupt within an execution: that one counts when the search goes on.
func TestResumeWithinAnExecution(t *testing.T) {
	for _, strategy := range []string{"dfs", "dpor", "dpor, bound", "random", "pct", "portfolio"} {
		var hook func()
		p := program("long", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			for i := range 2 {
				w.Go(fmt.Sprint("T", i), func(t *Task) {
					for k := range 700 {
						if k == 400 && i == 0 && hook != nil {
							hook()
						}
						y.Inc(t, 1)
						t.Syscall("")
					}
					x.Store(t, uint64(i))
				})
			}
		})
		o := Options{Strategy: strategy, Preemptions: -1, All: true, Executions: 20}
		if strategy == "dpor, bound" {
			o.Strategy, o.Preemptions = "dpor", 2
		}
		want, _ := allSchedules(t, p, o)
		ctx, cancel := context.WithCancel(context.Background())
		begun := 0
		hook = func() {
			if begun++; begun == 2 {
				cancel()
			}
		}
		o.Saver = &Saver{Save: func(s *State) { o.Resume = s }}
		first, err := Explore(ctx, p, o)
		if err != nil || first.Verdict != Stopped || first.Executions > 2 {
			t.Fatalf("%s: %v, %v %d", strategy, err, first.Verdict, first.Executions)
		}
		hook = nil
		r, err := Explore(context.Background(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := outcome(t, want), outcome(t, r); a != b {
			t.Errorf("%s: in one go: %s\nin two: %s", strategy, a, b)
		}
	}
}

// Damaged texts, and states of other searches, are refused.
func TestDamagedState(t *testing.T) {
	p := counter(2, 2)
	var text []byte
	o := Options{Strategy: "dpor", Preemptions: -1, All: true, Executions: 3,
		Saver: &Saver{Save: func(s *State) { text = s.AppendText(nil) }}}
	if _, err := Explore(context.Background(), p, o); err != nil {
		t.Fatal(err)
	}
	for i := range text {
		if _, err := ParseState(text[:i]); err == nil {
			t.Errorf("the first %d bytes of %d are read", i, len(text))
		}
		for _, flip := range []byte{1, 0x80} {
			bad := slices.Clone(text)
			bad[i] ^= flip
			if _, err := ParseState(bad); err == nil {
				t.Errorf("byte %d of %d can be changed", i, len(text))
			}
		}
	}
	st, err := ParseState(text)
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]func() (*Program, Options){
		"": func() (*Program, Options) { return p, o },
		"another program: counter/2/2, not counter/2/3": func() (*Program, Options) { return counter(2, 3), o },
		"another strategy: dpor, not dfs":               func() (*Program, Options) { o := o; o.Strategy = "dfs"; return p, o },
		"another step limit: 0, not 7":                  func() (*Program, Options) { o := o; o.Depth = 7; return p, o },
		"another number of executions: 3, not 4":        func() (*Program, Options) { o := o; o.Executions = 4; return p, o },
		"going on after violations: true, not false":    func() (*Program, Options) { o := o; o.All = false; return p, o },
		"another model of counter/2/2 (digest ": func() (*Program, Options) {
			q := counter(2, 3)
			return &Program{Name: p.Name, Setup: func(w *World) { q.Setup(w); NewWord(w, "more", 0) }, Reusable: true}, o
		},
		"a search by strategy cache cannot be saved": func() (*Program, Options) { o := o; o.Strategy = "cache"; return p, o },
	} {
		q, o := c()
		o.Resume = st
		_, err := Explore(context.Background(), q, o)
		err2 := st.Check(q, o)
		if want == "" && (err != nil || err2 != nil) {
			t.Errorf("refused: %v, %v", err, err2)
		}
		if want != "" && (err == nil || err2 == nil || !strings.Contains(err.Error(), want) || err.Error() != err2.Error()) {
			t.Errorf("%v, %v, want %s", err, err2, want)
		}
	}
}

// A text that is whole but says something impossible is refused.
func FuzzParseState(f *testing.F) {
	for _, s := range []string{"dfs", "dpor", "random"} {
		o := Options{Strategy: s, Preemptions: -1, All: true, Executions: 9, Saver: &Saver{Save: func(s *State) {
			text := s.AppendText(nil)
			f.Add(text[len(stateMagic) : len(text)-4])
		}}}
		if _, err := Explore(context.Background(), philosophers(3), o); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		st := &State{}
		c := &stateText{reading: true, b: body}
		st.code(c)
		if c.err != nil || len(c.b) > 0 || !validSlots(st.tasks) {
			return
		}
		if _, err := ParseState(st.AppendText(nil)); err != nil {
			t.Errorf("it is written in a form that cannot be read: %v", err)
		}
	})
}
