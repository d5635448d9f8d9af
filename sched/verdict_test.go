package sched

import (
	"fmt"
	"strings"
	"testing"
)

// executed counts all executions of the process: what a program must not read.
var executed int

// verdictCase is a program that must give one violation, and the least change
// of it that must give none.
type verdictCase struct {
	name string
	bad  func(w *World)
	good func(w *World)
	kind Kind
	site string
	task string // who is to blame
	says string // the message, or parts of it in order, separated by |
	at   int    // step
}

var verdictCases = []verdictCase{
	{name: "assertion", kind: KindAssertion, site: "B/one", task: "B", says: "x is 1", at: 1,
		bad: onWord(func(t *Task, x *Word) { x.Store(t, 1) }, func(t *Task, x *Word) {
			if x.Load(t) == 1 {
				t.Fail(Violation{Kind: KindAssertion, Site: "B/one", Message: "x is 1"})
			}
		}),
		good: onWord(func(t *Task, x *Word) { x.Store(t, 2) }, func(t *Task, x *Word) {
			if x.Load(t) == 1 {
				t.Fail(Violation{Kind: KindAssertion, Site: "B/one", Message: "x is 1"})
			}
		})},
	{name: "property", kind: KindProperty, site: "small", task: "A", says: "x is 2", at: 1,
		bad:  smallWord(1),
		good: smallWord(2)},
	{name: "property at start", kind: KindProperty, site: "small", says: "x is 0", at: -1,
		bad:  smallWord(-1),
		good: smallWord(5)},
	{name: "property at end", kind: KindProperty, site: "sum", says: "x is 1, not 2", at: 3,
		bad: func(w *World) { lostUpdate(2, 0).Setup(w) },
		good: func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) { x.Add(t, 1) }, func(t *Task) { x.Add(t, 1) })
			w.AtEnd(sumIs(func() int { return int(x.Peek()) }, 2))
		}},
	{name: "property panics", kind: KindPanic, site: "broken", says: "broken check", at: 0,
		bad: func(w *World) {
			w.Go("A", func(t *Task) { t.Yield() })
			w.AtEnd(Property{Name: "broken", Check: func() string { panic("broken check") }})
		}},
	{name: "deadlock", kind: KindDeadlock, site: "n", at: 1,
		says: "A waits to lock n, held by B; B waits to lock m, held by A",
		bad:  onLocks(both, crossed), good: onLocks(both, both)},
	{name: "deadlock with readers", kind: KindDeadlock, site: "m", at: 2,
		says: "A waits to lock m, held by C; B waits to lock m, held by C; C waits to wlock r, held by A and B",
		bad:  func(w *World) { readerCycle(w, true) }, good: func(w *World) { readerCycle(w, false) }},
	{name: "deadlock by join", kind: KindDeadlock, site: "B", at: 0,
		says: "A waits for the end of B; B waits to lock m, held by A",
		bad:  joinHolding(true), good: joinHolding(false)},
	{name: "deadlock with a daemon", kind: KindDeadlock, site: "n", at: 1,
		says: "A waits to lock n, held by D; D waits to lock m, held by A",
		bad: func(w *World) {
			m, n := NewMutex(w, "m"), NewMutex(w, "n")
			w.Go("A", func(t *Task) { both(t, m, n) })
			w.Daemon("D", func(t *Task) { both(t, n, m) })
		},
		good: func(w *World) {
			m, n := NewMutex(w, "m"), NewMutex(w, "n")
			w.Go("A", func(t *Task) { both(t, m, n) })
			w.Daemon("D", func(t *Task) { both(t, m, n) })
		}},
	{name: "self-deadlock", kind: KindSelfDeadlock, site: "m", task: "A", at: 0,
		says: "A locks m, which it holds already",
		bad:  onLocks(func(t *Task, m, n *Mutex) { both(t, m, m) }, nothing), good: onLocks(both, nothing)},
	{name: "self-deadlock of a writer", kind: KindSelfDeadlock, site: "rw", task: "A", at: 0,
		says: "A locks rw, which it holds already",
		bad:  func(w *World) { rwTwice(w, (*RWMutex).Lock, (*RWMutex).RLock) },
		good: func(w *World) { rwTwice(w, (*RWMutex).RLock, (*RWMutex).RLock) }},
	{name: "self-deadlock of a reader", kind: KindSelfDeadlock, site: "rw", task: "A", at: 0,
		says: "A locks rw, which it holds already",
		bad:  func(w *World) { rwTwice(w, (*RWMutex).RLock, (*RWMutex).Lock) }},
	{name: "self-deadlock by join", kind: KindSelfDeadlock, site: "A", at: 0,
		says: "A waits for the end of A, which is itself",
		bad: func(w *World) {
			w.Go("A", func(t *Task) {
				t.Yield()
				t.Join(t)
			})
		}},
	{name: "stuck at await", kind: KindStuck, site: "x", at: 0, says: "A waits for x > 1",
		bad:  onWord(func(t *Task, x *Word) { x.Await(t, Gt, 1) }, func(t *Task, x *Word) { x.Store(t, 1) }),
		good: onWord(func(t *Task, x *Word) { x.Await(t, Gt, 1) }, func(t *Task, x *Word) { x.Store(t, 2) })},
	{name: "stuck at a lock", kind: KindStuck, site: "m", at: 0, says: "B waits to lock m, held by A, which has ended",
		bad:  onLocks(func(t *Task, m, n *Mutex) { m.Lock(t) }, both),
		good: onLocks(func(t *Task, m, n *Mutex) { m.Lock(t) }, nothing)},
	{name: "stuck at a signal", kind: KindStuck, site: "c", at: 4, says: "A waits to be woken at c",
		bad:  lostWakeup(false),
		good: lostWakeup(true)},
	{name: "unlock of a free lock", kind: KindMisuse, site: "m", task: "A", at: 0,
		says: "unlock of unheld: A unlocks m, which is free",
		bad:  onLocks(func(t *Task, m, n *Mutex) { m.Unlock(t) }, nothing),
		good: onLocks(func(t *Task, m, n *Mutex) { m.Lock(t); m.Unlock(t) }, nothing)},
	{name: "unlock of another's lock", kind: KindMisuse, site: "m", task: "B", at: 3,
		says: "unlock of unheld: B unlocks m, which A holds",
		bad: func(w *World) {
			m, x := NewMutex(w, "m"), NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				m.Lock(t)
				x.Store(t, 1)
			}, func(t *Task) {
				x.Await(t, Eq, 1)
				m.Unlock(t)
			})
		}},
	{name: "runlock of an unread lock", kind: KindMisuse, site: "rw", task: "A", at: 1,
		says: "unlock of unheld: A does not read rw",
		bad:  func(w *World) { rwTwice(w, (*RWMutex).Lock, (*RWMutex).RUnlock) },
		good: func(w *World) { rwTwice(w, (*RWMutex).RLock, (*RWMutex).RUnlock) }},
	{name: "write unlock of an unheld lock", kind: KindMisuse, site: "rw", task: "A", at: 1,
		says: "unlock of unheld: A unlocks rw, which is free",
		bad:  func(w *World) { rwTwice(w, (*RWMutex).RLock, (*RWMutex).Unlock) },
		good: func(w *World) { rwTwice(w, (*RWMutex).Lock, (*RWMutex).Unlock) }},
	{name: "wait without the lock", kind: KindMisuse, site: "c", task: "A", at: 0,
		says: "unlock of unheld: A unlocks m, which is free",
		bad: func(w *World) {
			m, c := NewMutex(w, "m"), NewCond(w, "c")
			w.Go("A", func(t *Task) { c.Wait(t, m) })
		}},
	{name: "race of writes", kind: KindRace, site: "data", task: "B", at: 1,
		says: "write of data by B at step 1 is not ordered after the write by A at step 0",
		bad:  withCell(false, bareWrite, bareWrite), good: withCell(false, lockedWrite, lockedWrite)},
	{name: "race of a read", kind: KindRace, site: "data", task: "B", at: 1,
		says: "read of data by B at step 1 is not ordered after the write by A at step 0",
		bad:  withCell(false, bareWrite, bareRead), good: withCell(false, bareRead, bareRead)},
	{name: "race with a read", kind: KindRace, site: "data", task: "B", at: 1,
		says: "write of data by B at step 1 is not ordered after the read by A at step 0",
		bad:  withCell(false, bareRead, bareWrite)},
	{name: "guard", kind: KindGuard, site: "data", task: "A", at: 0,
		says: "A writes data: m is not held",
		bad:  withCell(true, bareWrite, lockedWrite), good: withCell(true, lockedWrite, lockedWrite)},
	{name: "guard of a read", kind: KindGuard, site: "data", task: "B", at: 0,
		says: "B reads data: m is not held",
		bad:  withCell(true, lockedWrite, bareRead)},
	{name: "panic", kind: KindPanic, site: "panic", task: "A", says: "runtime error: index out of range [1] with length 1", at: 0,
		bad: func(w *World) {
			w.Go("A", func(t *Task) {
				t.Yield()
				list := make([]int, 1)
				list[len(list)]++
			})
		},
		good: func(w *World) {
			w.Go("A", func(t *Task) {
				t.Yield()
				list := make([]int, 1)
				list[len(list)-1]++
			})
		}},
	{name: "nondeterminism of an operation", kind: KindNondeterminism, site: "nondeterminism", says: "step 0: A load|x", at: -1,
		bad: func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			w.Go("A", func(t *Task) {
				if executed++; executed%2 == 0 {
					x.Load(t)
				} else {
					y.Load(t)
				}
			})
		}},
	{name: "nondeterminism of a value", kind: KindNondeterminism, site: "nondeterminism", at: 1,
		says: "step 1: A store x|second run",
		bad: func(w *World) {
			x := NewWord(w, "x", 0)
			w.Go("A", func(t *Task) {
				x.Load(t)
				executed++
				x.Store(t, uint64(executed))
			})
		}},
	{name: "nondeterminism by the order of a map", kind: KindNondeterminism, site: "nondeterminism",
		bad: func(w *World) {
			x := NewWord(w, "x", 0)
			w.Go("A", func(t *Task) {
				x.Load(t)
				many := map[int]bool{}
				for i := range 1000 {
					many[i] = true
				}
				for i := range many {
					x.Store(t, uint64(i))
					return
				}
			})
		}, at: 1},
	{name: "nondeterminism of a violation", kind: KindNondeterminism, site: "nondeterminism",
		says: "a second run of the same choices|assertion A/odd",
		bad: func(w *World) {
			w.Go("A", func(t *Task) {
				t.Yield()
				if executed++; executed%2 == 0 {
					t.Fail(Violation{Kind: KindAssertion, Site: "A/odd"})
				}
			})
		}},
	{name: "sometimes", kind: KindSometimes, site: "both", says: "no execution reached it", at: -1,
		bad: bothReached(false), good: bothReached(true)},
}

func TestEachVerdict(t *testing.T) {
	seen := map[Kind]bool{}
	for _, c := range verdictCases {
		seen[c.kind] = true
		for _, reusable := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/reusable=%t", c.name, reusable), func(t *testing.T) {
				o := Options{Preemptions: -1, Recheck: 1}
				checkVerdict(t, &c, explore(t, &Program{Name: c.name, Setup: c.bad, Reusable: reusable}, o))
				if c.good == nil {
					return
				}
				r := explore(t, &Program{Name: c.name, Setup: c.good, Reusable: reusable}, o)
				if r.Verdict != Complete || len(r.Findings) != 0 {
					t.Errorf("twin: %v %v", r.Verdict, r.Findings)
				}
			})
		}
	}
	for k := KindAssertion; k <= KindSometimes; k++ {
		if !seen[k] && k != KindLivelock { // nothing reports it yet
			t.Errorf("no program for %v", k)
		}
	}
}

func checkVerdict(t *testing.T, c *verdictCase, r *Report) {
	t.Helper()
	if r.Verdict != Violated || len(r.Findings) == 0 {
		t.Fatalf("%v, findings %v", r.Verdict, r.Findings)
	}
	v := r.Findings[len(r.Findings)-1].Violation
	if len(r.Findings) != 1 && c.kind != KindNondeterminism {
		t.Errorf("findings %v", r.Findings)
	}
	if v.Kind != c.kind || v.Site != c.site || v.Step != c.at || v.Task != c.task {
		t.Errorf("%v %q by %q at step %d, want %v %q by %q at %d", v.Kind, v.Site, v.Task, v.Step, c.kind, c.site, c.task, c.at)
	}
	rest := v.Message
	for _, part := range strings.Split(c.says, "|") {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Errorf("message %q does not have %q", v.Message, part)
		}
		rest = after
	}
	if (v.Stack != "") != (c.kind == KindPanic) {
		t.Errorf("stack %q", v.Stack)
	}
}
