package sched

import (
	"fmt"
	"math/bits"
)

// The programs that several tests use. Those that others are measured on too
// have the name that they have there.

// counter is n tasks that each k times lock, add one to a plain variable, unlock.
func counter(n, k int) *Program {
	return &Program{Name: fmt.Sprintf("counter/%d/%d", n, k), Reusable: true, Setup: func(w *World) {
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
		w.AtEnd(sumIs(func() int { return *x.Peek() }, n*k))
	}}
}

func sumIs(x func() int, want int) Property {
	return Property{Name: "sum", Check: func() string {
		if got := x(); got != want {
			return fmt.Sprintf("x is %d, not %d", got, want)
		}
		return ""
	}}
}

// lostUpdate is n tasks that load and store x, after steps that do not matter.
func lostUpdate(n, before int) *Program {
	return &Program{Name: fmt.Sprintf("lost/%d/%d", n, before), Reusable: true, Setup: func(w *World) {
		x := NewWord(w, "x", 0)
		for i := range n {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				for range before {
					t.Yield()
				}
				x.Store(t, x.Load(t)+1)
			})
		}
		w.AtEnd(sumIs(func() int { return int(x.Peek()) }, n))
	}}
}

// independent is one task for each n that makes n steps on a word of its own.
func independent(steps ...int) *Program {
	return &Program{Name: fmt.Sprint("independent", steps), Reusable: true, Setup: func(w *World) {
		for i, n := range steps {
			x := NewWord(w, fmt.Sprint("x", i), 0)
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				for range n {
					x.Store(t, 1)
				}
			})
		}
	}}
}

// readers is a writer of x and n readers.
func readers(n int) *Program {
	return &Program{Name: fmt.Sprintf("readers/%d", n), Reusable: true, Setup: func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("W", func(t *Task) { x.Store(t, 1) })
		for i := range n {
			w.Go(fmt.Sprint("R", i), func(t *Task) { x.Load(t) })
		}
	}}
}

// philosophers is n tasks that lock two of n mutexes in a circle, left first.
func philosophers(n int) *Program {
	return &Program{Name: fmt.Sprintf("philosophers/%d", n), Reusable: true, Setup: func(w *World) {
		forks := make([]*Mutex, n)
		for i := range forks {
			forks[i] = NewMutex(w, fmt.Sprint("fork", i))
		}
		for i := range n {
			w.Go(fmt.Sprint("P", i), func(t *Task) {
				forks[i].Lock(t)
				forks[(i+1)%n].Lock(t)
				forks[(i+1)%n].Unlock(t)
				forks[i].Unlock(t)
			})
		}
	}}
}

// heaplock is a page heap in the small: an atomic word of pages in use, a set of
// scavenged pages under a lock, and a scavenger that gives the lock up and looks
// again afterwards, if recheck is set. Pages from r on are in a cache.
func heaplock(r int, recheck bool) *Program {
	return &Program{Name: fmt.Sprintf("heaplock/%d", r), Reusable: true, Setup: func(w *World) {
		heap := NewMutex(w, "heap")
		inuse := NewWord(w, "inuse", 3<<uint(r))
		scav := NewGuarded(w, "scav", uint64(0), GuardedBy(heap))
		w.Go("A", func(t *Task) {
			var got uint64
			for range r {
				heap.Lock(t)
				b := inuse.Load(t)
				p := uint64(1) << uint(bits.TrailingZeros64(^b))
				inuse.Store(t, b|p)
				*scav.Write(t) &^= p
				heap.Unlock(t)
				if got&p != 0 {
					t.Fail(Violation{Kind: KindAssertion, Site: "A/twice"})
				}
				got |= p
			}
		})
		w.Go("B", func(t *Task) {
			for range 2 {
				heap.Lock(t)
				free := (1<<uint(r+2) - 1) &^ (inuse.Load(t) | *scav.Read(t))
				heap.Unlock(t)
				inuse.Load(t)
				heap.Lock(t)
				if free != 0 {
					p := uint64(1) << uint(bits.Len64(free)-1)
					now := inuse.Load(t)
					if !recheck || now&p == 0 {
						*scav.Write(t) |= p
					}
					if *scav.Read(t)&now != 0 {
						t.Fail(Violation{Kind: KindAssertion, Site: "B/scavenged"})
					}
				}
				heap.Unlock(t)
			}
		})
		w.Go("C", func(t *Task) {
			heap.Lock(t)
			inuse.Store(t, inuse.Load(t)&^(3<<uint(r)))
			heap.Unlock(t)
		})
	}}
}
