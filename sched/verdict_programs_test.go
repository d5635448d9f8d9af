package sched

import "fmt"

// tasks declares tasks A, B, …
func tasks(w *World, bodies ...func(t *Task)) {
	for i, b := range bodies {
		w.Go(string(rune('A'+i)), b)
	}
}

// onWord declares x and two tasks.
func onWord(a, b func(t *Task, x *Word)) func(w *World) {
	return func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { a(t, x) }, func(t *Task) { b(t, x) })
	}
}

// onLocks declares m, n and two tasks.
func onLocks(a, b func(t *Task, m, n *Mutex)) func(w *World) {
	return func(w *World) {
		m, n := NewMutex(w, "m"), NewMutex(w, "n")
		tasks(w, func(t *Task) { a(t, m, n) }, func(t *Task) { b(t, m, n) })
	}
}

func both(t *Task, m, n *Mutex) {
	m.Lock(t)
	n.Lock(t)
	n.Unlock(t)
	m.Unlock(t)
}

func crossed(t *Task, m, n *Mutex) { both(t, n, m) }

func nothing(*Task, *Mutex, *Mutex) {}

// withCell declares a mutex, a word, a cell with a guard or without, two tasks.
func withCell(guarded bool, a, b func(t *Task, m *Mutex, x *Word, c *Cell)) func(w *World) {
	return func(w *World) {
		m, x := NewMutex(w, "m"), NewWord(w, "x", 0)
		c := new(Cell)
		var g Guard
		if guarded {
			g = GuardedBy(m)
		}
		c.Init(w, "data", g)
		tasks(w, func(t *Task) { a(t, m, x, c) }, func(t *Task) { b(t, m, x, c) })
	}
}

func lockedWrite(t *Task, m *Mutex, _ *Word, c *Cell) {
	m.Lock(t)
	c.Write(t)
	m.Unlock(t)
}

func bareWrite(t *Task, m *Mutex, x *Word, c *Cell) {
	x.Load(t)
	c.Write(t)
}

func bareRead(t *Task, m *Mutex, x *Word, c *Cell) {
	x.Load(t)
	c.Read(t)
}

// smallWord has a word that counts to 2 and, from the start, must be below n
// or, for the negative, above 0.
func smallWord(n int) func(w *World) {
	return func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			x.Add(t, 1)
			x.Add(t, 1)
		})
		w.Always(Property{Name: "small", Check: func() string {
			if v := int(x.Peek()); n > 0 && v > n || n < 0 && v == 0 {
				return fmt.Sprint("x is ", v)
			}
			return ""
		}})
	}
}

// readerCycle has two readers of r that want m, which a writer may hold that
// waits for r.
func readerCycle(w *World, crossed bool) {
	m, r := NewMutex(w, "m"), NewRWMutex(w, "r")
	for _, name := range []string{"A", "B"} {
		w.Go(name, func(t *Task) {
			r.RLock(t)
			m.Lock(t)
			m.Unlock(t)
			r.RUnlock(t)
		})
	}
	w.Go("C", func(t *Task) {
		if crossed {
			m.Lock(t)
		}
		r.Lock(t)
		r.Unlock(t)
		if crossed {
			m.Unlock(t)
		}
	})
}

// joinHolding has a task that waits for the end of one that wants its lock.
func joinHolding(holding bool) func(w *World) {
	return func(w *World) {
		m := NewMutex(w, "m")
		var b *Task
		w.Go("A", func(t *Task) {
			m.Lock(t)
			if !holding {
				m.Unlock(t)
			}
			t.Join(b)
		})
		b = w.Go("B", func(t *Task) {
			m.Lock(t)
			m.Unlock(t)
		})
	}
}

func rwTwice(w *World, first, second func(*RWMutex, *Task)) {
	m := NewRWMutex(w, "rw")
	w.Go("A", func(t *Task) {
		first(m, t)
		second(m, t)
	})
}

// lostWakeup has a task that waits for a signal that may come before, unless it
// looks at a flag.
func lostWakeup(flag bool) func(w *World) {
	return func(w *World) {
		m, c := NewMutex(w, "m"), NewCond(w, "c")
		set := NewWord(w, "set", 0)
		w.Go("A", func(t *Task) {
			m.Lock(t)
			for flag && set.Load(t) == 0 || !flag && c.Waiting() < 0 {
				c.Wait(t, m)
			}
			if !flag {
				c.Wait(t, m)
			}
			m.Unlock(t)
		})
		w.Go("B", func(t *Task) {
			m.Lock(t)
			if flag {
				set.Store(t, 1)
			}
			c.Signal(t)
			m.Unlock(t)
		})
	}
}

// bothReached has a goal for each of the orders of two stores; without the
// second store one is not reached.
func bothReached(two bool) func(w *World) {
	return func(w *World) {
		x := NewWord(w, "x", 0)
		goal := w.Sometimes("both")
		tasks(w, func(t *Task) { x.Store(t, 1) }, func(t *Task) {
			if two && x.Load(t) == 1 {
				goal.Reach()
			}
		})
	}
}
