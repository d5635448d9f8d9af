package program

import (
	"fmt"
	"math/bits"

	"lockheld/sched"
)

// heap is a page heap in miniature: one lock, a bitmap of the pages that are
// in use, and the set of the pages that were given back to the operating system.
type heap struct {
	lock  *sched.Mutex
	inuse *sched.Word // atomic: it is read without the lock, too
	scav  uint64      // guarded by lock
	pages int
}

// scavenger says how the task that gives pages back does it.
type scavenger struct {
	recheck bool // look again when the lock is held again
	last    bool // take the last page that will do; else the first
}

// heaplock: task A allocates R pages, task B twice gives a page back for which
// it gives up the lock in between, task C returns two pages of a page cache.
func heaplock(w *sched.World, r int, s scavenger) {
	h := &heap{pages: r + 2}
	cached := uint64(3) << r // pages R and R+1
	h.lock = sched.NewMutex(w, "heap")
	h.inuse = sched.NewWord(w, "inuse", cached)
	sched.Save(w, &h.scav)
	w.Go("A", func(t *sched.Task) {
		got := uint64(0)
		for i := range r {
			p := h.alloc(t)
			if got&p != 0 {
				t.Fail(sched.Violation{
					Kind:    sched.KindAssertion,
					Site:    "alloc/twice",
					Message: fmt.Sprintf("page %d is allocated twice", bits.TrailingZeros64(p)),
				})
			}
			got |= p
			t.Live(uint64(i), got)
		}
	})
	w.Go("B", func(t *sched.Task) {
		for i := range 2 {
			h.scavenge(t, s, uint64(i))
			t.Live(uint64(i))
		}
	})
	w.Go("C", func(t *sched.Task) { h.free(t, cached) })
}

// alloc takes the first free page and returns its bit.
func (h *heap) alloc(t *sched.Task) uint64 {
	h.lock.Lock(t)
	inuse := h.inuse.Load(t)
	p := ^inuse & -^inuse // lowest clear bit
	h.inuse.Store(t, inuse|p)
	h.scav &^= p
	h.lock.Unlock(t)
	return p
}

// free gives the pages of set back.
func (h *heap) free(t *sched.Task, set uint64) {
	h.lock.Lock(t)
	inuse := h.inuse.Load(t)
	h.inuse.Store(t, inuse&^set)
	h.lock.Unlock(t)
}

// scavenge adds one free page to scav. It gives up the lock in between, as the
// runtime's scavenger does while the operating system works.
//
// Between the steps it knows nothing but its candidate and the round.
func (h *heap) scavenge(t *sched.Task, s scavenger, round uint64) {
	h.lock.Lock(t)
	p := h.candidate(h.inuse.Load(t), s.last)
	h.lock.Unlock(t)
	t.Live(round, p)

	h.inuse.Load(t) // the window
	t.Live(round, p)

	h.lock.Lock(t)
	if p != 0 && (!s.recheck || h.inuse.Load(t)&p == 0) {
		h.scav |= p
	}
	if bad := h.scav & h.inuse.Peek(); bad != 0 {
		t.Fail(sched.Violation{
			Kind:    sched.KindAssertion,
			Site:    "scavenge/inuse",
			Message: fmt.Sprintf("page %d is in use and scavenged", bits.TrailingZeros64(bad)),
		})
	}
	h.lock.Unlock(t)
}

// candidate returns the bit of a page that is neither in use nor in scav, or 0.
func (h *heap) candidate(inuse uint64, last bool) uint64 {
	free := ^inuse &^ h.scav & (1<<h.pages - 1)
	if last && free != 0 {
		return 1 << (bits.Len64(free) - 1)
	}
	return free & -free
}
