package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// scavengeState is the sleep and wait state of the background scavenger.
//
// Runtime: the variable scavenge, mgcscavenge.go, Go 1.16.
type scavengeState struct {
	lock       *model.Mutex
	g          *model.M    // nil: the scenario has no background scavenger
	sysmonWake *sched.Word // 1: sysmon shall wake it. Atomic.
	own        *sched.Cell // parked; guarded by lock
	parked     bool
	asleep     bool // parked until its timer is over; ghost
}

func (s *scavengeState) init(h *mheap) {
	s.lock = model.NewMutex(h.k, "scavenge.lock", model.RankScavenge)
	s.sysmonWake = h.word("sysmonWake", 0)
	s.own = h.cell("scavenge.parked", sched.GuardedBy(s.lock.Sched()))
	sched.Save(h.w, &s.parked)
	sched.Save(h.w, &s.asleep)
}

// readyForScavenger asks sysmon to wake the scavenger.
//
// Runtime: readyForScavenger, Go 1.16. Any locks, any stack.
func (h *mheap) readyForScavenger(m *model.M) {
	h.scavenger.sysmonWake.Store(m.T(), 1)
	m.KickSysmon()
}

// wakeScavenger makes the background scavenger run if it is parked. If it is
// not, nothing happens: a request by way of sysmon stays pending then, a
// direct one is lost.
//
// Runtime: wakeScavenger, Go 1.16. Heap lock, scavenge.lock and sched.lock not
// held; a P is not needed.
func (h *mheap) wakeScavenger(m *model.M) {
	h.assertLockNotHeld(m, siteWakeScavengerNotHeld)
	h.assertNotHeld(m, h.scavenger.lock, siteWakeScavengerScavengeLock)
	h.assertNotHeld(m, h.k.SchedLock(), siteWakeScavengerSchedLock)
	s := &h.scavenger
	m.Lock(s.lock)
	s.own.Write(m.T())
	if s.g != nil && s.parked {
		// sysmon need not bother any more.
		s.sysmonWake.Store(m.T(), 0)
		h.deltimer(m, &h.timer)
		s.parked, s.asleep = false, false
		m.Ready(s.g)
		h.freeDeadM(m)
	} else if h.v.wakeClears {
		s.sysmonWake.Store(m.T(), 0)
	}
	m.Unlock(s.lock)
}

// sysmonWakeScavenger is what sysmon does about the scavenger in each round.
//
// Runtime: sysmon, proc.go, Go 1.16. No P; holds sysmonlock.
func (h *mheap) sysmonWakeScavenger(m *model.M) {
	if h.scavenger.sysmonWake.Load(m.T()) != 0 {
		h.wakeScavenger(m)
	}
}

// parkScavenger waits until somebody wakes the scavenger.
func (h *mheap) parkScavenger(m *model.M) {
	s := &h.scavenger
	m.Lock(s.lock)
	s.own.Write(m.T())
	s.parked = true
	h.ghost.emptyRounds = 0
	if h.k.Sysmon() != nil && s.sysmonWake.Load(m.T()) != 0 {
		// Model: sysmon polls sysmonWake; ours looks when it is told to.
		m.KickSysmon()
	}
	m.Park(s.lock)
}

// scavengeSleep waits for the timer, or until somebody wakes the scavenger.
//
// Model: time has no length: the timer may be over as soon as it is set, so
// the scavenger goes on at any moment after it has let others run. With
// Config.Timers it is never over.
//
// Runtime: scavengeSleep, Go 1.16.
func (h *mheap) scavengeSleep(m *model.M) {
	s := &h.scavenger
	m.Lock(s.lock)
	if h.cfg.Timers {
		h.resettimer(m, &h.timer)
		s.own.Write(m.T())
		s.parked, s.asleep = true, true
		m.Park(s.lock)
		return
	}
	m.Unlock(s.lock)
	m.Safepoint()
}

// bgscavenge is the body of the background scavenger.
//
// Model: it starts as if it had just been woken, not parked. The time that it
// sleeps, and so the share of the processor that it uses, is not modelled.
//
// Runtime: bgscavenge, Go 1.16.
func (h *mheap) bgscavenge(m *model.M) {
	for {
		released := uint64(0)
		// On the system stack: with the heap lock the stack must not grow.
		if h.v.scavengeOnUserStack {
			released = h.scavengeStep(m)
		} else {
			m.Systemstack(func() { released = h.scavengeStep(m) })
		}
		if released == 0 {
			h.ghost.emptyRounds++
			if h.v.neverParks {
				h.scavengeSleep(m)
			} else {
				h.parkScavenger(m)
			}
			continue
		}
		if released < h.g.PhysPageSize {
			m.Throw("released less than one physical page of memory")
		}
		h.scavengeSleep(m)
	}
}

// scavengeStep releases about one page of the operating system if the heap
// retains more than its goal, and returns how many bytes it released.
//
// Runtime: the function literal in bgscavenge, Go 1.16. Heap lock not held;
// system stack.
func (h *mheap) scavengeStep(m *model.M) uint64 {
	m.Lock(h.lock)
	retained, goal := h.heapRetained(m), h.loadScavengeGoal(m)
	if retained <= goal {
		m.Unlock(h.lock)
		return 0
	}
	released := h.pages.scavenge(m, h.g.PhysPageSize, true)
	// The generation may be another one by now.
	h.pages.own(m)
	h.pages.scav.released += released
	m.Unlock(h.lock)
	return released
}

// scavengeAll starts a generation and scavenges all of it.
//
// Runtime: (*mheap).scavengeAll, Go 1.16. Heap lock not held; system stack.
func (h *mheap) scavengeAll(m *model.M) uint64 {
	h.assertLockNotHeld(m, siteScavengeAllNotHeld)
	h.assertSystemStack(m, siteScavengeAllStack)
	// The heap lock is not taken from the allocator here: say so.
	m.SetMallocing(true)
	m.Lock(h.lock)
	h.pages.scavengeStartGen(m)
	released := h.pages.scavenge(m, ^uint64(0), h.v.allMayUnlock)
	m.Unlock(h.lock)
	m.SetMallocing(false)
	return released
}

// sysUnused gives the memory [addr, addr+nbytes) back to the operating system,
// a system call that may take long.
func (h *mheap) sysUnused(m *model.M, addr, nbytes uint64) {
	h.checkUnused(m, addr, nbytes)
	m.Syscall("sysUnused")
	h.ghostBack(addr, nbytes/h.g.PageSize, false)
}

// sysUsed takes the memory of npages pages from base on back.
func (h *mheap) sysUsed(m *model.M, base, npages uint64) {
	m.Syscall("sysUsed")
	h.ghostBack(base, npages, true)
}

// sysMap makes reserved memory usable and counts it.
func (h *mheap) sysMap(m *model.M, _, nbytes uint64) {
	m.Syscall("sysMap")
	h.memstats.heapSys.Inc(m.T(), nbytes)
}

// countScavenged accounts for memory that sysUnused has taken.
//
// Runtime: the end of (*pageAlloc).scavengeRangeLocked, Go 1.16.
func (h *mheap) countScavenged(m *model.M, nbytes uint64) {
	h.memstats.heapReleased.Inc(m.T(), nbytes)
	stats := h.memstats.heapStats.acquire(m)
	stats.committed -= int64(nbytes)
	stats.released += int64(nbytes)
	h.memstats.heapStats.release(m)
}
