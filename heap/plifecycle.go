package heap

import (
	"lockheld/model"
)

// gomaxprocs sets the number of Ps and returns the number before.
//
// Runtime: GOMAXPROCS, debug.go, Go 1.16. No locks; user stack.
func (h *mheap) gomaxprocs(m *model.M, n int) int {
	m.Lock(h.k.SchedLock())
	old := h.k.Gomaxprocs()
	m.Unlock(h.k.SchedLock())
	if n <= 0 || n == old {
		return old
	}
	m.StopTheWorldGC("GOMAXPROCS")
	h.k.SetNewprocs(m, n)
	m.StartTheWorldGC()
	if h.v.destroyFlushLate {
		h.flushDead(m)
	}
	return old
}

// procresize changes the number of Ps. It runs whenever the world is started.
//
// Runtime: procresize, proc.go, Go 1.16. sched.lock held, world stopped;
// system stack.
func (h *mheap) procresize(m *model.M, nprocs int) {
	k := h.k
	m.AssertLockHeld(k.SchedLock(), siteProcresizeSched)
	m.AssertWorldStopped(siteProcresizeStw)
	old := k.Gomaxprocs()
	k.GrowAllp(m, nprocs)
	for i := old; i < nprocs; i++ {
		h.local(k.AllPs()[i]).init(m, h)
		k.PublishP(m, i)
	}
	if h.v.destroyOwnPFirst {
		old = h.destroyEarly(m, nprocs, old)
	}
	if m.P() != nil && m.P().ID < nprocs {
		m.KeepP()
		h.prepareForSweep(m, m.P())
	} else {
		// Before any P is destroyed, because that needs a P.
		m.MoveToP0()
	}
	for i := nprocs; i < old; i++ {
		// The P itself stays: an M in a system call may refer to it.
		h.local(k.AllPs()[i]).destroy(m, h, k.AllPs()[i])
	}
	k.TrimAllp(m, nprocs)
	k.DealPs(m, nprocs)
	k.SetGomaxprocs(m, nprocs)
}

// init prepares the P, which is new or was destroyed before. It does not touch
// the page cache and the cache of span objects: destroy has emptied them.
//
// Runtime: (*p).init, proc.go, Go 1.16. sched.lock held, world stopped.
func (l *p) init(m *model.M, h *mheap) {
	l.own.Write(m.T())
	if h.v.initClearsCache {
		l.pcache = pageCache{}
	}
	if l.mcache == nil {
		l.mcache = h.allocmcache(m)
	}
}

// destroy takes back what pp has for the heap, and pp out of use.
//
// Model: run queue, write barrier buffer and the caches of other packages are
// left out, and of the timers all but the scavenger's.
//
// Runtime: (*p).destroy, proc.go, Go 1.16. sched.lock held, world stopped.
func (l *p) destroy(m *model.M, h *mheap, pp *model.P) {
	m.AssertLockHeld(h.k.SchedLock(), siteDestroySched)
	m.AssertWorldStopped(siteDestroyStw)
	h.moveTimers(m, pp)
	m.Systemstack(func() {
		l.own.Write(m.T())
		for i := range l.mspancache.len {
			// Without the heap lock, since the world is stopped.
			h.spanalloc.free(m, l.mspancache.buf[i].id)
		}
		if !h.v.destroyKeepsSpans {
			l.mspancache.len = 0
		}
		switch {
		case h.v.destroyNoFlush, h.v.destroyFlushLate:
			return
		case h.v.destroyFlushUnlocked:
			l.pcache.flush(m, &h.pages)
			return
		}
		m.Lock(h.lock)
		l.pcache.flush(m, &h.pages)
		m.Unlock(h.lock)
	})
	if h.v.freeSpansToDeadP {
		h.dying = l
	}
	h.freemcache(m, l.mcache)
	h.dying = nil
	l.own.Write(m.T())
	l.mcache = nil
	pp.SetDead(m)
}

// prepareForSweep runs when m has got pp.
//
// Runtime: acquirep, proc.go, Go 1.16.
func (h *mheap) prepareForSweep(m *model.M, pp *model.P) {
	l := h.local(pp)
	l.own.Write(m.T())
	if l.mcache != nil {
		l.mcache.prepareForSweep(m)
	}
}
