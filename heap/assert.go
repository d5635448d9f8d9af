package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// assertLockHeld is an assertion of the runtime: m holds the heap lock.
func (h *mheap) assertLockHeld(m *model.M, s model.Site) { m.AssertLockHeld(h.lock, s) }

// The assertions below are our own: the runtime states them in comments or
// directives only. Config.RuntimeSites switches them off.

// assertLockNotHeld asserts that m does not hold the heap lock.
func (h *mheap) assertLockNotHeld(m *model.M, s model.Site) { h.assertNotHeld(m, h.lock, s) }

// assertNotHeld asserts that m does not hold l.
func (h *mheap) assertNotHeld(m *model.M, l *model.Mutex, s model.Site) {
	if !h.cfg.RuntimeSites {
		m.AssertLockNotHeld(l, s)
	}
}

// assertLockHeldOrStopped asserts that m holds the heap lock or the world is
// stopped. It looks at the lock first, unlike the runtime's assertion: that is
// no step.
func (h *mheap) assertLockHeldOrStopped(m *model.M, s model.Site) {
	switch {
	case h.cfg.RuntimeSites:
	case h.lock.HeldBy(m) && h.v.breaks != s:
		m.Reach(s)
	default:
		m.AssertWorldStoppedOrLockHeld(h.lock, s)
	}
}

// assertSystemStack asserts that m is on its system stack.
func (h *mheap) assertSystemStack(m *model.M, s model.Site) {
	if !h.cfg.RuntimeSites {
		m.AssertSystemStack(s)
	}
}

// assertGCOff asserts that no collection is marking.
func (h *mheap) assertGCOff(m *model.M, s model.Site) {
	if h.cfg.RuntimeSites {
		return
	}
	m.Reach(s)
	if h.gcphase(m) != gcOff {
		m.Fail(sched.KindAssertion, s, "frees a manual span while the collector is marking")
	}
}

// assertOwnP asserts that l belongs to m.
func (h *mheap) assertOwnP(m *model.M, l *p, s model.Site) {
	if h.cfg.RuntimeSites {
		return
	}
	m.Reach(s)
	if pp := m.P(); pp == nil || h.local(pp) != l {
		m.Fail(sched.KindAssertion, s, "uses the cache of a P that is not its own")
	}
}

// assertOwnPages asserts that m is allocating these pages.
func (h *mheap) assertOwnPages(m *model.M, base, npages uint64, s model.Site) {
	if h.cfg.RuntimeSites {
		return
	}
	m.Reach(s)
	if !h.ownsPages(m, base, npages) {
		m.Fail(sched.KindAssertion, s, "does not own the %d pages from %#x on", npages, base)
	}
}
