package model

import "lockheld/sched"

// semacquire takes a semaphore of value 1. If it has to wait it gives its P
// away meanwhile.
//
// Runtime: semacquire, Go 1.16.
//
// Model: whoever comes next may have it. The runtime hands worldsema directly
// to the M that has waited longest, which is one of these orders.
func (m *M) semacquire(s *sched.Mutex) {
	m.reach(SiteSemacquireStack)
	if m.g0 {
		m.fail(sched.KindAssertion, SiteSemacquireStack, "waits for %s on its system stack", s.Name())
	}
	if m.k.checks(CheckLocks) {
		m.reach(SiteSemacquireLocks)
		if m.locks != 0 {
			m.fail(sched.KindAssertion, SiteSemacquireLocks, "waits for %s with m.locks = %d, holding %s", s.Name(), m.locks, m.held())
		}
	}
	if s.TryLock(m.t) {
		return
	}
	m.g0 = true
	m.handoff()
	s.Lock(m.t)
	m.stopm()
	m.g0 = false
}

func (m *M) semrelease(s *sched.Mutex) { s.Unlock(m.t) }

// AcquireWorldsema waits for the right to stop the world.
func (m *M) AcquireWorldsema() { m.semacquire(m.k.worldsema) }

// ReleaseWorldsema gives the right to stop the world back.
func (m *M) ReleaseWorldsema() { m.semrelease(m.k.worldsema) }

// AcquireGcsema waits for the right to block a collection.
func (m *M) AcquireGcsema() { m.semacquire(m.k.gcsema) }

// ReleaseGcsema gives the right to block a collection back.
func (m *M) ReleaseGcsema() { m.semrelease(m.k.gcsema) }

// StopTheWorld stops the world from a user stack. Runtime: stopTheWorld.
func (m *M) StopTheWorld(reason string) {
	m.AcquireWorldsema()
	m.preemptoff = reason
	m.g0 = true
	m.StopTheWorldWithSema()
	m.g0 = false
}

// StartTheWorld undoes [M.StopTheWorld]. The M is not preempted before it has
// released worldsema. Runtime: startTheWorld.
func (m *M) StartTheWorld() {
	m.g0 = true
	m.StartTheWorldWithSema()
	m.g0 = false
	if !m.k.mutant(MutantReleasePreemptible) {
		m.AcquireM()
	}
	m.preemptoff = ""
	m.restarter = true
	m.Safepoint() // of semrelease; no preemption, and no step, but in a mutant
	m.restarter = false
	m.ReleaseWorldsema()
	if !m.k.mutant(MutantReleasePreemptible) {
		m.ReleaseM()
	}
}

// StopTheWorldGC is [M.StopTheWorld] while no collection runs; none starts until
// [M.StartTheWorldGC]. Runtime: stopTheWorldGC.
func (m *M) StopTheWorldGC(reason string) {
	m.AcquireGcsema()
	m.StopTheWorld(reason)
}

// StartTheWorldGC undoes [M.StopTheWorldGC]. Runtime: startTheWorldGC.
func (m *M) StartTheWorldGC() {
	m.StartTheWorld()
	m.ReleaseGcsema()
}
