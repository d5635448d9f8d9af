package sched

import (
	"strings"
	"testing"
)

// poll waits for x to be other than 0, by looking at it.
func poll(t *Task, x *Word, yield bool) {
	for x.Load(t) == 0 {
		if yield {
			t.Yield()
		}
	}
}

// waiting are programs with tasks that wait by going round and round.
var waiting = []struct {
	name  string
	setup func(w *World)
	want  string // site and message of the livelock, "" for none
}{
	{"alone", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { poll(t, x, false) })
	}, "x: A repeats (load x = 0): nothing changes"},
	{"pair", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) { poll(t, x, false) }, func(t *Task) { poll(t, y, false) })
	}, "x: A repeats (load x = 0); B repeats (load y = 0): nothing changes"},
	{"polite pair", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) { poll(t, x, true) }, func(t *Task) { poll(t, y, true) })
	}, "x: A repeats (load x = 0, yield); B repeats (load y = 0, yield): nothing changes"},
	{"mixed pair", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) { poll(t, x, true) }, func(t *Task) { poll(t, y, false) })
	}, "x: A repeats (load x = 0, yield); B repeats (load y = 0): nothing changes"},
	{"only yields", func(w *World) {
		tasks(w, func(t *Task) {
			for {
				t.Yield()
			}
		})
	}, "A: A repeats (yield): nothing changes"},
	{"flags under a lock", func(w *World) {
		m := NewMutex(w, "m")
		for _, name := range []string{"A", "B", "C"} {
			w.Go(name, func(t *Task) {
				for {
					m.Lock(t)
					m.Unlock(t)
					t.Yield()
				}
			})
		}
	}, "m: A repeats (lock m, unlock m, yield); B repeats (lock m, unlock m, yield); " +
		"C repeats (lock m, unlock m, yield): nothing changes"},
	{"trylock against flag", func(w *World) {
		m, x, y := NewMutex(w, "m"), NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) {
			m.Lock(t)
			y.Store(t, 1)
			poll(t, x, false)
		}, func(t *Task) {
			y.Await(t, Eq, 1)
			for !m.TryLock(t) {
			}
			x.Store(t, 1)
		})
	}, "x: A repeats (load x = 0); B repeats (trylock m fails): nothing changes"},
	{"others blocked", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		w.Daemon("D", func(t *Task) { x.Await(t, Eq, 1) })
		tasks(w, func(t *Task) { poll(t, y, false) }, func(t *Task) { x.Await(t, Eq, 1) })
	}, "y: A repeats (load y = 0): nothing changes"},
	{"long loop", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 1)
		tasks(w, func(t *Task) {
			for {
				for range 5 {
					x.CAS(t, 1, 2)
					x.Store(t, 0)
				}
				y.Or(t, 1)
			}
		})
	}, "x: A repeats (cas x fails, store x, cas x fails, store x, cas x fails, store x, cas x fails, " +
		"and 4 more steps): nothing changes"},

	{"few retries", retries(3), ""},
	{"many retries", retries(spinRounds - 1), ""},
	{"set at last", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { poll(t, x, false) }, func(t *Task) { x.Store(t, 1) })
	}, ""},
	{"set at last, polite", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { poll(t, x, true) }, func(t *Task) { x.Store(t, 1) })
	}, ""},
	{"set under a lock", func(w *World) { // at some time: A cannot be told from work
		m, flag := NewMutex(w, "m"), NewGuarded(w, "flag", false, nil)
		tasks(w, func(t *Task) {
			for done := false; !done; {
				m.Lock(t)
				done = *flag.Read(t)
				m.Unlock(t)
			}
		}, func(t *Task) {
			m.Lock(t)
			*flag.Write(t) = true
			m.Unlock(t)
		})
	}, ""},
	{"daemon", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Daemon("D", func(t *Task) { poll(t, x, true) })
		tasks(w, func(t *Task) { x.Load(t) }, func(t *Task) { x.Load(t) })
	}, ""},
	{"work", func(w *World) { // the same steps for ever, as far as can be seen
		m := NewMutex(w, "m")
		tasks(w, func(t *Task) {
			for range 3 * spinRounds {
				m.Lock(t)
				m.Unlock(t)
			}
		})
	}, ""},
	{"counting", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			for range 3 * spinRounds {
				x.Inc(t, 1)
			}
		})
	}, ""},
}

// retries has two tasks that look at x so often before they give up.
func retries(n int) func(w *World) {
	return func(w *World) {
		x := NewWord(w, "x", 0)
		retry := func(t *Task) {
			for range n {
				if x.Load(t) != 0 {
					return
				}
			}
		}
		tasks(w, retry, retry)
	}
}

// Under every strategy, all tasks waiting for ever is a livelock, and nothing
// else is; no execution goes on for ever.
func TestLivelock(t *testing.T) {
	for _, s := range Strategies() {
		t.Run(s.Name, func(t *testing.T) {
			for _, c := range waiting {
				p := program(c.name, c.setup)
				n := int64(20)
				for seed := range uint64(5) {
					r := explore(t, p, Options{Strategy: s.Name, Preemptions: -1, Executions: n, Seed: seed, Depth: 100_000, Shrink: 50})
					got := ""
					if len(r.Findings) > 0 {
						v := &r.Findings[0].Violation
						got = strings.TrimPrefix(v.Error(), "livelock ")
					}
					cut := r.Cut > 0 && !(s.Reduces && c.name == "daemon") // a daemon that spins at the end is cut off
					if got != c.want || len(r.Findings) > 1 || cut {
						t.Errorf("%s, seed %d: %q, want %q; %d findings, %d cut", c.name, seed, got, c.want, len(r.Findings), r.Cut)
					}
				}
			}
		})
	}
}

// The shortest livelock has each task go round so often, and replays.
func TestLivelockReplays(t *testing.T) {
	p := program("pair", waiting[1].setup)
	r := explore(t, p, Options{Strategy: "random", Preemptions: -1, Executions: 1})
	f := &r.Findings[0]
	if n := len(f.Schedule); n < 2*spinRounds || n > 3*spinRounds {
		t.Errorf("%d steps, want twice %d and not many more", n, spinRounds)
	}
	tr, err := Replay(p, f.Schedule, Options{Depth: len(f.Schedule)})
	if err != nil || len(tr.Violations) != 1 || tr.Violations[0].Error() != f.Violation.Error() {
		t.Errorf("replay: %v, %v", tr, err)
	}
}

// A task that waits by going round is passed over, which a search says.
func TestPassedOver(t *testing.T) {
	for _, c := range waiting {
		var want VerdictKind
		switch c.name {
		case "set at last":
			want = Bounded
		case "few retries", "work", "counting", "many retries":
			want = Complete
		default:
			continue
		}
		o := Options{Preemptions: -1}
		if c.name == "many retries" {
			o.Preemptions = 0 // there are too many schedules
			want = Bounded
		}
		r := explore(t, program(c.name, c.setup), o)
		if passed := r.PassedOver > 0; r.Verdict != want || passed != (c.name == "set at last") {
			t.Errorf("%s: %v, passed over in %d executions", c.name, r.Verdict, r.PassedOver)
		}
	}
}

// A search with reduction ends without a limit of steps: it does not reverse
// races for the sake of one more round of a task that spins. It finds the
// livelocks, and says where it has passed over a task.
func TestReductionOfSpinning(t *testing.T) {
	for _, c := range waiting {
		r := explore(t, program(c.name, c.setup), Options{Strategy: "dpor", Preemptions: -1, Executions: 5000})
		want := Complete
		switch {
		case c.want != "":
			want = Violated
		case r.PassedOver > 0:
			want = Bounded
		}
		if r.Verdict != want || want == Violated && r.Findings[0].Violation.Kind != KindLivelock {
			t.Errorf("%s: %v after %d executions, want %v", c.name, r.Verdict, r.Executions, want)
		}
		if c.name == "set at last" && r.Executions != spinRounds+29 { // 0 to 128 rounds before the store
			t.Errorf("%s: %d executions", c.name, r.Executions)
		}
	}
}
