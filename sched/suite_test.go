package sched

import "fmt"

// suite returns programs that use each part of the package. They are the same
// whether their world is restored or set up anew, and each ends whatever the
// schedule; some of them have violations.
func suite() []*Program {
	list := []*Program{
		counter(3, 2), lostUpdate(2, 1), independent(2, 1, 2), readers(3), philosophers(3), heaplock(1, true), heaplock(1, false),
		program("empty", func(*World) {}),
		program("no operation", func(w *World) { w.Go("T", func(*Task) {}) }),
		program("spawn", spawnSetup), program("crossed spawn", crossedSpawn), program("join first", joinFirst),
		program("queue", queueSetup), program("broadcast", broadcastSetup), program("rwmutex", rwSetup),
		program("words", wordsSetup), program("await", awaitSetup), program("area", areaSetup),
		program("choices", choiceSetup), program("local", localSetup), program("daemon", daemonSetup),
		program("try", trySetup), program("saved", savedSetup), program("race", raceSetup), program("made", madeSetup),
		program("panic", func(w *World) {
			x := NewWord(w, "x", 0)
			for range 2 {
				w.Go("T", func(t *Task) {
					if x.Add(t, 1) == 2 {
						panic("second")
					}
					x.Load(t)
				})
			}
		}),
	}
	return list
}

func program(name string, setup func(*World)) *Program {
	return &Program{Name: name, Setup: setup, Reusable: true}
}

// spawnSetup has tasks that make tasks that make tasks.
func spawnSetup(w *World) {
	x := NewWord(w, "x", 0)
	w.Go("root", func(t *Task) {
		a := t.Go("a", func(t *Task) {
			b := t.Go("b", func(t *Task) { x.Add(t, 1) })
			t.Join(b)
		})
		t.Go("c", func(t *Task) { x.Add(t, 2) })
		t.Join(a)
	})
}

// crossedSpawn has two tasks that each make one, in both orders.
func crossedSpawn(w *World) {
	x := NewWord(w, "x", 0)
	for i := range 2 {
		w.Go(fmt.Sprint("T", i), func(t *Task) {
			t.Go(fmt.Sprint("child", i), func(t *Task) { x.Store(t, uint64(i)) })
		})
	}
}

// joinFirst has a task whose first operation is a join of one declared later.
func joinFirst(w *World) {
	var late *Task
	x := NewWord(w, "x", 0)
	w.Go("waiter", func(t *Task) {
		t.Join(late)
		x.Load(t)
	})
	late = w.Go("late", func(t *Task) { x.Store(t, 1) })
}

func queueSetup(w *World) {
	m, c := NewMutex(w, "m"), NewCond(w, "c")
	n := NewGuarded(w, "n", 0, GuardedBy(m))
	for i := range 2 {
		w.Go(fmt.Sprint("get", i), func(t *Task) {
			m.Lock(t)
			for *n.Read(t) == 0 {
				c.Wait(t, m)
			}
			*n.Write(t)--
			m.Unlock(t)
		})
	}
	w.Go("put", func(t *Task) {
		m.Lock(t)
		*n.Write(t) += 2
		c.Signal(t)
		m.Unlock(t)
		c.Signal(t)
	})
}

func broadcastSetup(w *World) {
	m, c := NewMutex(w, "m"), NewCond(w, "c")
	ready := NewGuarded(w, "ready", false, GuardedBy(m))
	for i := range 2 {
		w.Go(fmt.Sprint("wait", i), func(t *Task) {
			m.Lock(t)
			for !*ready.Read(t) {
				c.Wait(t, m)
			}
			m.Unlock(t)
		})
	}
	w.Go("open", func(t *Task) {
		m.Lock(t)
		*ready.Write(t) = true
		m.Unlock(t)
		c.Broadcast(t)
	})
}

func rwSetup(w *World) {
	m := NewRWMutex(w, "rw")
	var c Cell
	c.Init(w, "data", nil)
	w.Go("writer", func(t *Task) {
		m.Lock(t)
		c.Write(t)
		m.Unlock(t)
	})
	for i := range 2 {
		w.Go(fmt.Sprint("reader", i), func(t *Task) {
			m.RLock(t)
			c.Read(t)
			m.RUnlock(t)
		})
	}
}

func wordsSetup(w *World) {
	x, y := NewWord(w, "x", 5), NewWord(w, "y", 0)
	w.Go("A", func(t *Task) {
		x.Inc(t, 1)
		y.Store(t, x.Swap(t, 9))
		x.Or(t, 2)
	})
	w.Go("B", func(t *Task) {
		if x.CAS(t, 5, 7) {
			y.Add(t, 3)
		}
		x.And(t, 6)
	})
}

func awaitSetup(w *World) {
	x := NewWord(w, "x", 0)
	w.Go("A", func(t *Task) {
		x.Store(t, 1)
		x.Await(t, Gt, 2)
	})
	w.Go("B", func(t *Task) {
		x.Await(t, Ne, 0)
		x.Add(t, 2)
	})
	w.Go("C", func(t *Task) { x.Await(t, Lt, 3) })
}

func areaSetup(w *World) {
	words := make([]uint64, 2)
	SaveSlice(w, words)
	a := NewArea(w, "a", 2)
	for i := range 2 {
		w.Go(fmt.Sprint("T", i), func(t *Task) {
			a.Store(t, 0, &words[0], a.Load(t, 0, &words[0])+1)
			a.Op(t, 1, true)
			words[1]++
		})
	}
	w.AtEnd(sumIs(func() int { return int(words[0]) }, 2))
}

func choiceSetup(w *World) {
	x := NewWord(w, "x", 0)
	w.Go("A", func(t *Task) { x.Store(t, uint64(t.Choose("what", 3))) })
	w.Go("B", func(t *Task) {
		if x.Load(t) == 2 && t.Choose("then", 2) == 1 {
			t.Choose("one", 1)
			t.Fail(Violation{Kind: KindAssertion, Site: "B/two"})
		}
	})
}

func localSetup(w *World) {
	for i := range 2 {
		w.Go(fmt.Sprint("T", i), func(t *Task) {
			t.Syscall("call")
			t.Yield()
		})
	}
}

func daemonSetup(w *World) {
	work, done := NewWord(w, "work", 0), NewWord(w, "done", 0)
	w.Daemon("server", func(t *Task) {
		for n := uint64(0); ; n++ {
			work.Await(t, Gt, n)
			done.Add(t, 1)
		}
	})
	for i := range 2 {
		w.Go(fmt.Sprint("client", i), func(t *Task) { done.Await(t, Gt, work.Add(t, 1)-1) })
	}
}

func trySetup(w *World) {
	m := NewMutex(w, "m")
	x := NewGuarded(w, "x", 0, GuardedBy(m))
	for i := range 2 {
		w.Go(fmt.Sprint("T", i), func(t *Task) {
			if m.TryLock(t) {
				*x.Write(t)++
				m.Unlock(t)
			}
		})
	}
}

// savedSetup changes variables of the program, also in deferred functions.
func savedSetup(w *World) {
	var open, most int
	list := make([]int, 0, 4)
	Save(w, &open)
	Save(w, &most)
	Save(w, &list)
	SaveSlice(w, list)
	m, x := NewMutex(w, "m"), NewWord(w, "x", 0)
	w.OnStart(func() { x.Poke(7) })
	for i := range 2 {
		w.Go(fmt.Sprint("T", i), func(t *Task) {
			x.Load(t)
			open++
			most = max(most, open)
			defer func() { open-- }()
			m.Lock(t)
			list = append(list, i)
			defer m.Unlock(t)
			if x.Add(t, 1) == 9 && list[0] == 1 {
				t.Fail(Violation{Kind: KindAssertion, Site: "order"})
			}
		})
	}
	w.Daemon("D", func(t *Task) {
		open++
		defer func() { open-- }()
		for {
			x.Await(t, Gt, 100)
		}
	})
	w.AtEnd(Property{Name: "open", Check: func() string {
		if open != 1 || len(list) != 2 {
			return fmt.Sprint(open, " open, list ", list)
		}
		return ""
	}})
}

func raceSetup(w *World) {
	x := NewWord(w, "x", 0)
	var c Cell
	c.Init(w, "data", nil)
	w.Go("A", func(t *Task) {
		c.Write(t)
		x.Store(t, 1)
	})
	w.Go("B", func(t *Task) {
		if x.Load(t) == 1 {
			c.Write(t)
		}
		x.Load(t)
		c.Read(t)
	})
}

// madeSetup has tasks that make objects, one of them before its first operation.
func madeSetup(w *World) {
	x := NewWord(w, "x", 0)
	w.Go("early", func(t *Task) {
		m := NewMutex(w, "own")
		m.Lock(t) // is never given back
		x.Add(t, 1)
	})
	w.Go("late", func(t *Task) {
		x.Add(t, 1)
		NewWord(w, "new", 3).Load(t)
	})
}
