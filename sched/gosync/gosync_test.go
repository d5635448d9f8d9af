package gosync_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockheld/sched"
	"lockheld/sched/gosync"
)

// program is what is explored: say notes what an execution comes to.
type program struct {
	name  string
	setup func(w *sched.World, say func(format string, args ...any))
	want  []string // sorted: what executions say, and their violations
}

// ends explores p and returns the distinct ends of executions.
func ends(t *testing.T, p program, strategy string) ([]string, *sched.Report) {
	t.Helper()
	said := map[string]bool{}
	prog := &sched.Program{Name: p.name, Setup: func(w *sched.World) {
		var words []string
		p.setup(w, func(f string, a ...any) { words = append(words, fmt.Sprintf(f, a...)) })
		w.AtEnd(sched.Property{Name: "said", Check: func() string {
			said[strings.Join(words, " ")] = true
			return ""
		}})
	}}
	o := sched.Options{Strategy: strategy, Preemptions: -1, All: true, Shrink: -1}
	if strategy == "dfs" {
		o.Classes = 1 << 20
	}
	r, err := sched.Explore(context.Background(), prog, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		what := f.Violation.Message
		if f.Violation.Kind == sched.KindRace {
			what = f.Violation.Site // the message names steps
		}
		said[fmt.Sprintf("%v %s", f.Violation.Kind, what)] = true
	}
	return slices.Sorted(maps.Keys(said)), r
}

// judge holds every strategy that covers all schedules against what is wanted,
// and the executions of dpor against the classes among all schedules.
func judge(t *testing.T, programs []program) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			classes := int64(0)
			for _, strategy := range []string{"dfs", "dpor", "cache"} {
				got, r := ends(t, p, strategy)
				if !slices.Equal(got, p.want) {
					t.Errorf("%s: %q, want %q", strategy, got, p.want)
				}
				if r.Verdict != sched.Complete && r.Verdict != sched.Violated {
					t.Errorf("%s: %v %v", strategy, r.Verdict, r.Notes)
				}
				switch strategy {
				case "dfs":
					classes = r.Classes
				case "dpor":
					if r.Executions != classes || r.Blocked != 0 {
						t.Errorf("dpor: %d executions, %d blocked, of %d classes", r.Executions, r.Blocked, classes)
					}
				}
			}
		})
	}
}

func TestChannels(t *testing.T) { judge(t, channels) }

var channels = []program{
	{"no buffer", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
		w.Go("B", func(t *sched.Task) { v, ok := c.Recv(t); say("%d %v", v, ok) })
	}, []string{"1 true"}},
	{"first in first out", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 1)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1); c.Send(t, 2); c.Send(t, 3) })
		w.Go("B", func(t *sched.Task) {
			for range 3 {
				v, _ := c.Recv(t)
				say("%d", v)
			}
		})
	}, []string{"1 2 3"}},
	{"two senders", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
		w.Go("B", func(t *sched.Task) { c.Send(t, 2) })
		w.Go("C", func(t *sched.Task) {
			v, _ := c.Recv(t)
			u, _ := c.Recv(t)
			say("%d %d", v, u)
		})
	}, []string{"1 2", "2 1"}},
	{"a buffer takes before anybody receives", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 2)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1); c.Send(t, 2); say("%d", c.Len(t)) })
	}, []string{"2"}},
	{"nobody receives", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
	}, []string{"stuck A waits for c.send != 0"}},
	{"nil channel", func(w *sched.World, say func(string, ...any)) {
		var c *gosync.Chan[int]
		w.Go("A", func(t *sched.Task) { c.Recv(t) })
	}, []string{"stuck A waits for nil channel != 0"}},
	{"close ends", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 1)
		w.Go("A", func(t *sched.Task) { c.Send(t, 7); c.Close(t) })
		w.Go("B", func(t *sched.Task) {
			for v, ok := c.Recv(t); ok; v, ok = c.Recv(t) {
				say("%d", v)
			}
			say("end")
		})
	}, []string{"7 end"}},
	{"close wakes all", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		n := 0
		for _, name := range []string{"A", "B"} {
			w.Go(name, func(t *sched.Task) {
				if _, ok := c.Recv(t); !ok {
					n++
				}
				if n == 2 {
					say("both")
				}
			})
		}
		w.Go("C", func(t *sched.Task) { c.Close(t) })
	}, []string{"both"}},
	{"send and close", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 1)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
		w.Go("B", func(t *sched.Task) { c.Close(t) })
	}, []string{"", "panic c: send on closed channel"}},
	{"a waiting sender and close", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
		w.Go("B", func(t *sched.Task) { c.Close(t) })
	}, []string{"panic c: send on closed channel"}},
	{"close twice", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { c.Close(t) })
		w.Go("B", func(t *sched.Task) { c.Close(t) })
	}, []string{"panic c: close of closed channel"}},
	{"a panic can be recovered from", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) {
			defer func() { say("%v", recover()) }()
			c.Close(t)
			c.Send(t, 1)
		})
	}, []string{"c: send on closed channel"}},
}

func TestSelect(t *testing.T) { judge(t, selects) }

var selects = []program{
	{"either", func(w *sched.World, say func(string, ...any)) {
		a, b := gosync.NewChan[int](w, "a", 1), gosync.NewChan[int](w, "b", 1)
		w.Go("A", func(t *sched.Task) {
			a.Send(t, 1)
			b.Send(t, 2)
			var v, u int
			i := gosync.Select(t, a.ToRecv(&v, nil), b.ToRecv(&u, nil))
			say("%d %d %d", i, v, u)
		})
	}, []string{"0 1 0", "1 0 2"}},
	{"what comes first", func(w *sched.World, say func(string, ...any)) {
		a, b := gosync.NewChan[int](w, "a", 0), gosync.NewChan[int](w, "b", 1)
		w.Go("A", func(t *sched.Task) { a.Send(t, 1) })
		w.Go("B", func(t *sched.Task) {
			b.Send(t, 2)
			var v, u int
			i := gosync.Select(t, b.ToRecv(&u, nil), a.ToRecv(&v, nil))
			say("%d %d %d", i, v, u)
			if i == 0 {
				a.Recv(t)
			}
		})
	}, []string{"0 0 2", "1 1 0"}},
	{"two that select meet once", func(w *sched.World, say func(string, ...any)) {
		a, b := gosync.NewChan[int](w, "a", 0), gosync.NewChan[int](w, "b", 0)
		var from [2]int
		done := 0
		end := func() {
			if done++; done == 2 {
				say("%v", from)
			}
		}
		w.Go("A", func(t *sched.Task) { from[0] = gosync.Select(t, a.ToSend(1), b.ToRecv(nil, nil)); end() })
		w.Go("B", func(t *sched.Task) { from[1] = gosync.Select(t, a.ToRecv(nil, nil), b.ToSend(2)); end() })
	}, []string{"[0 0]", "[1 1]"}},
	{"default", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 1)
		w.Go("A", func(t *sched.Task) { c.Send(t, 1) })
		w.Go("B", func(t *sched.Task) { say("%d", gosync.TrySelect(t, c.ToRecv(nil, nil))) })
	}, []string{"-1", "0"}},
	{"default without a waiting partner", func(w *sched.World, say func(string, ...any)) {
		c := gosync.NewChan[int](w, "c", 0)
		w.Go("A", func(t *sched.Task) { say("%d", gosync.TrySelect(t, c.ToSend(1), c.ToRecv(nil, nil))) })
	}, []string{"-1"}},
	{"nil cases are never ready", func(w *sched.World, say func(string, ...any)) {
		var none *gosync.Chan[string]
		c := gosync.NewChan[int](w, "c", 1)
		w.Go("A", func(t *sched.Task) { say("%d", gosync.Select(t, none.ToRecv(nil, nil), c.ToSend(1))) })
	}, []string{"1"}},
	{"a job or the end", func(w *sched.World, say func(string, ...any)) {
		jobs, quit := gosync.NewChan[int](w, "jobs", 0), gosync.NewChan[bool](w, "quit", 0)
		w.Go("A", func(t *sched.Task) {
			for n := 0; ; n++ {
				if gosync.Select(t, quit.ToRecv(nil, nil), jobs.ToRecv(nil, nil)) == 0 {
					say("%d", n)
					return
				}
			}
		})
		w.Go("B", func(t *sched.Task) { jobs.Send(t, 1); jobs.Send(t, 2); quit.Close(t) })
	}, []string{"2"}},
	{"closed while it selects", func(w *sched.World, say func(string, ...any)) {
		a, b := gosync.NewChan[int](w, "a", 0), gosync.NewChan[int](w, "b", 0)
		w.Go("A", func(t *sched.Task) {
			v, ok := 5, true
			i := gosync.Select(t, a.ToRecv(&v, &ok), b.ToRecv(nil, nil))
			say("%d %d %v", i, v, ok)
		})
		w.Go("B", func(t *sched.Task) { a.Close(t) })
	}, []string{"0 0 false"}},
}

// A world that is restored is as good as a new one.
func TestReusable(t *testing.T) {
	p := func(reusable bool) *sched.Program {
		return &sched.Program{Name: "reusable", Reusable: reusable, Setup: func(w *sched.World) {
			c, s := gosync.NewChan[int](w, "c", 1), gosync.NewSemaphore(w, "s", 1)
			g, m, o := gosync.NewWaitGroup(w, "g"), gosync.NewRWMutex(w, "m"), gosync.NewOnce(w, "o")
			w.Go("A", func(t *sched.Task) {
				s.Acquire(t, 1)
				c.Send(t, 1) // closed, in half of the schedules
				g.Add(t, 1)
				m.RLock(t)
			})
			w.Go("B", func(t *sched.Task) { o.Do(t, func() { c.Close(t) }) })
		}}
	}
	if err := sched.CheckRestore(p(true), 100, 1); err != nil {
		t.Error(err)
	}
	for _, strategy := range []string{"dfs", "dpor"} {
		var executions [2]int64
		for i, reusable := range []bool{false, true} {
			r, err := sched.Explore(t.Context(), p(reusable), sched.Options{Strategy: strategy, Preemptions: -1, All: true, Shrink: -1, Recheck: 1})
			if err != nil {
				t.Fatal(err)
			}
			if executions[i] = r.Executions; len(r.Findings) != 1 {
				t.Errorf("%s: %v", strategy, r.Findings)
			}
		}
		if executions[0] != executions[1] || executions[0] < 2 {
			t.Errorf("%s: %v executions", strategy, executions)
		}
	}
}

func produce(t *sched.Task, c *gosync.Chan[int]) { c.Send(t, 1) }

// Traces say what was done with a channel, and in which function of the program.
func TestTraceNamesCaller(t *testing.T) {
	p := &sched.Program{Name: "trace", Setup: func(w *sched.World) {
		c, g := gosync.NewChan[int](w, "c", 0), gosync.NewWaitGroup(w, "g")
		w.Go("A", func(t *sched.Task) {
			g.Go(t, "B", func(t *sched.Task) { produce(t, c) })
			g.Wait(t)
		})
	}}
	r, err := sched.Explore(t.Context(), p, sched.Options{Strategy: "dpor", Preemptions: -1})
	if err != nil || len(r.Findings) != 1 {
		t.Fatal(r, err)
	}
	tr, err := sched.Replay(p, r.Findings[0].Schedule, sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `
    0  A  add g -> 1  in (*WaitGroup).Add < (*WaitGroup).Go < TestTraceNamesCaller
    1  A  spawn B  in (*WaitGroup).Go < TestTraceNamesCaller
    2  B  lock c  in (*Chan).Send < produce
    3  B  unlock c  in (*Chan).Send < produce
          *** stuck g: A waits for g == 0; B waits for c.send != 0
       A  waits: await g == 0  in (*WaitGroup).Wait < TestTraceNamesCaller
       B  waits: await c.send != 0  in (*Chan).Send < produce`
	if got := "\n" + strings.Join(tr.Lines(), "\n"); got != want {
		t.Errorf("%s\nwant%s", got, want)
	}
}

// A task may make a channel for others, but not in a world that is restored.
func TestChannelMadeByTask(t *testing.T) {
	for _, reusable := range []bool{false, true} {
		p := &sched.Program{Name: "made", Reusable: reusable, Setup: func(w *sched.World) {
			w.Go("A", func(t *sched.Task) {
				t.Yield()
				c := gosync.NewChan[int](t.World(), "c", 0)
				t.Go("B", func(t *sched.Task) { c.Send(t, 1) })
				c.Recv(t)
			})
		}}
		for _, strategy := range []string{"dfs", "dpor", "cache"} {
			r, err := sched.Explore(t.Context(), p, sched.Options{Strategy: strategy, Preemptions: -1})
			if err != nil {
				t.Fatal(err)
			}
			if refused := len(r.Findings) == 1 && strings.Contains(r.Findings[0].Violation.Message, "reusable program"); refused != reusable || len(r.Findings) > 1 {
				t.Errorf("%s, reusable %v: %v", strategy, reusable, r.Findings)
			}
		}
	}
}
