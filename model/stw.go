package model

import "lockheld/sched"

// StopTheWorldWithSema stops all Ps. The caller holds worldsema, is on its
// system stack and holds no runtime lock; it keeps its own P. An M stops when it
// comes to a safepoint, parks, ends, or is in a system call; code on a system
// stack delays the stop.
//
// Runtime: stopTheWorldWithSema, Go 1.16.
//
// Model: the timed sleep that repeats the request for preemption is one wait,
// see [M.Safepoint].
func (m *M) StopTheWorldWithSema() {
	k := m.k
	m.checkStop()
	m.Lock(k.schedLock)
	k.cell.Write(m.t)
	k.s.stopper = m
	k.s.stopwait = k.s.gomaxprocs
	k.gcwaiting.Store(m.t, 1)
	m.p.setStatus(m, Pgcstop)
	k.s.stopwait--
	for _, p := range k.Allp(m) {
		if p != m.p && p.stealForStop(m) {
			p.tick++
			k.s.stopwait--
			if k.mutant(MutantCountTwice) {
				k.s.stopwait--
			}
		}
	}
	for p := m.pidleget(); p != nil; p = m.pidleget() {
		p.setStatus(m, Pgcstop)
		k.s.stopwait--
	}
	wait := k.s.stopwait > 0
	m.Unlock(k.schedLock)
	if k.mutant(MutantStoppedEarly) {
		m.worldStopped()
		k.s.stopped = true
	}
	if wait {
		k.stopnote.Await(m.t, sched.Gt, k.s.stopnotes)
		k.s.stopnotes++
	}
	m.checkStopped()
	if !k.mutant(MutantStoppedEarly) {
		m.worldStopped()
		k.s.stopped = true
	}
	if m.t.Tracing() {
		m.t.Note("%s has stopped the world", m.name)
	}
}

// checkStop checks what the caller of stopTheWorldWithSema must provide.
func (m *M) checkStop() {
	k := m.k
	if k.cfg.NoStops {
		panic("model: stopTheWorldWithSema on a machine whose Config says NoStops")
	}
	if k.checks(CheckLocks) {
		m.reach(SiteStopLocks)
		if m.locks > 0 {
			m.fail(sched.KindAssertion, SiteStopLocks, "stops the world with m.locks = %d, holding %s", m.locks, m.held())
		}
	}
	m.AssertSystemStack(SiteStopStack)
	if k.checks(CheckWorldsema) {
		m.reach(SiteStopSema)
		if !k.worldsema.HeldBy(m.t) {
			m.fail(sched.KindAssertion, SiteStopSema, "stops the world without worldsema")
		}
	}
}

// checkStopped is the check at the end of the wait for the Ps. What it reads
// has been ordered by sched.lock and stopnote.
func (m *M) checkStopped() {
	m.reach(SiteStopCheck)
	if n := m.k.s.stopwait; n != 0 {
		m.fail(sched.KindAssertion, SiteStopCheck, "goes on with stopwait = %d", n)
	}
	for _, p := range m.k.Allp(m) {
		p.cell.Read(m.t)
		if p.status != Pgcstop {
			m.fail(sched.KindAssertion, SiteStopCheck, "goes on with %s in %v", p.Name(), p.status)
		}
	}
}

// worldStopped counts a stop of the world. Runtime: worldStopped, Go 1.16.
func (m *M) worldStopped() {
	n := m.k.worldIsStopped.Add(m.t, 1)
	m.reach(SiteWorldStopped)
	if n != 1 {
		m.fail(sched.KindAssertion, SiteWorldStopped, "stops the world, which makes %d stops at one time", n)
	}
}

// worldStarted ends what worldStopped began. Runtime: worldStarted, Go 1.16.
func (m *M) worldStarted() {
	n := m.k.worldIsStopped.Add(m.t, ^uint64(0))
	m.reach(SiteWorldStarted)
	if n != 0 {
		m.fail(sched.KindAssertion, SiteWorldStarted, "starts the world, which leaves %d stops", int64(n))
	}
}

// WorldStopped makes the assertions about a stopped world pass in m without any
// P being stopped, as during the start of a process, before other Ms exist.
// Runtime: worldStopped, called by schedinit.
func (m *M) WorldStopped() {
	m.worldStopped()
	m.k.s.stopper = m
}

// WorldStarted undoes [M.WorldStopped]. Runtime: worldStarted, called by schedinit.
func (m *M) WorldStarted() {
	m.worldStarted()
	m.k.s.stopper = nil
}

// gcstopm stops m and its P for the stop of the world, and returns with a P
// when the world has been started.
//
// Runtime: gcstopm and stopm, Go 1.16.
//
// Model: the two critical sections of sched.lock are one, since nobody looks at
// m in between.
func (m *M) gcstopm() {
	k := m.k
	m.checkSchedule()
	m.Lock(k.schedLock)
	m.reach(SiteGcstopm)
	if !k.Gcwaiting() {
		m.fail(sched.KindAssertion, SiteGcstopm, "stops although no stop of the world is asked for")
	}
	m.gcstop(m.releasep())
	m.mput(m)
	m.Unlock(k.schedLock)
	m.acquirep(m.mPark())
}

// gcstop counts p, which m owns, as stopped. sched.lock is held.
func (m *M) gcstop(p *P) {
	p.setStatus(m, Pgcstop)
	m.stopped()
}

// stopped counts one P less to wait for and wakes the stopper after the last.
func (m *M) stopped() {
	k := m.k
	k.cell.Write(m.t)
	k.s.stopwait--
	if k.s.stopwait == 0 {
		k.stopnote.Inc(m.t, 1)
	}
}

// StartTheWorldWithSema sets the number of Ps, if it was changed, and lets the
// Ps run again. The caller is on its system stack.
//
// Runtime: startTheWorldWithSema, Go 1.16. From the release of sched.lock to
// worldStarted the Ps can be taken while the assertions about a stopped world
// still pass; so it is in the runtime.
//
// Model: an M that could be given a P has been given one by procresize, so
// there is no wakep at the end.
func (m *M) StartTheWorldWithSema() {
	k := m.k
	m.AssertSystemStack(SiteStartStack)
	m.AssertWorldStopped(SiteStartTheWorldEntry)
	m.AcquireM()
	m.Lock(k.schedLock)
	if k.mutant(MutantStartedEarly) {
		m.worldStarted()
	}
	procs := k.s.gomaxprocs
	if k.s.newprocs != 0 {
		procs = k.s.newprocs
		k.s.newprocs = 0
	}
	if k.Hooks.Procresize != nil {
		k.Hooks.Procresize(m, procs)
	} else {
		m.procresize(procs)
	}
	k.gcwaiting.Store(m.t, 0)
	k.s.stopped = false
	m.Unlock(k.schedLock)
	if !k.mutant(MutantStartedEarly) {
		m.worldStarted()
	}
	k.s.stopper = nil
	for p := k.s.runnablePs; p != nil; p = k.s.runnablePs {
		k.s.runnablePs = p.link
		p.cell.Write(m.t)
		mp := p.m
		p.link, p.m = nil, nil
		m.startm(mp, p)
	}
	m.ReleaseM()
}
