package model

import "lockheld/sched"

// This file has the parts of the goroutine scheduler that decide which M has
// which P.
//
// Model: an M on the idle list midle has a goroutine to run, so midle is the
// run queue as well, and a P becomes idle only if nobody waits for one. There
// are no spinning Ms: they exist to find work without being told, and here
// whoever makes an M runnable gives it a P at once if one is idle. Lost are the
// moments at which a goroutine is runnable and a P idle at one time. The M that
// began to wait last is the first to get a P, the order of the runtime's midle;
// its run queues have other orders.

// mput puts mp on the list of Ms that wait for a P.
// Runtime: mput and globrunqput, Go 1.16.
func (m *M) mput(mp *M) {
	k := m.k
	m.AssertLockHeld(k.schedLock, SiteMput)
	k.cell.Write(m.t)
	mp.schedlink, k.s.midle = k.s.midle, mp
	k.s.nmidle++
}

// mget takes an M that waits for a P, or returns nil. Runtime: mget, Go 1.16.
func (m *M) mget() *M {
	k := m.k
	m.AssertLockHeld(k.schedLock, SiteMget)
	k.cell.Write(m.t)
	mp := k.s.midle
	if mp != nil {
		k.s.midle, mp.schedlink = mp.schedlink, nil
		k.s.nmidle--
	}
	return mp
}

// pidleput puts p on the idle list. Runtime: pidleput, Go 1.16.
func (m *M) pidleput(p *P) {
	k := m.k
	m.AssertLockHeld(k.schedLock, SitePidleput)
	k.cell.Write(m.t)
	p.cell.Write(m.t)
	p.link, k.s.pidle = k.s.pidle, p
	k.s.npidle++
}

// pidleget takes an idle P, or returns nil. Runtime: pidleget, Go 1.16.
func (m *M) pidleget() *P {
	k := m.k
	m.AssertLockHeld(k.schedLock, SitePidleget)
	k.cell.Write(m.t)
	p := k.s.pidle
	if p != nil {
		p.cell.Write(m.t)
		k.s.pidle, p.link = p.link, nil
		k.s.npidle--
	}
	return p
}

// wirep links m and p, which must be idle. Runtime: wirep, Go 1.16.
func (m *M) wirep(p *P) {
	m.reach(SiteWirep)
	if m.p != nil {
		m.fail(sched.KindAssertion, SiteWirep, "is wired to %s and gets %s", m.p.Name(), p.Name())
	}
	if p.m != nil || p.status != Pidle {
		m.fail(sched.KindAssertion, SiteWirep, "gets %s, which is %v and %s", p.Name(), p.status, ofM(p.m))
	}
	p.setStatus(m, Prunning)
	m.p, p.m = p, m
	if m.t.Tracing() {
		m.t.Note("%s gets %s", m.name, p.name)
	}
}

// acquirep links m and p and runs what was put off until p has an owner.
// Runtime: acquirep, Go 1.16.
func (m *M) acquirep(p *P) {
	m.wirep(p)
	if m.k.Hooks.PrepareForSweep != nil {
		m.k.Hooks.PrepareForSweep(m, p)
	}
}

// releasep unlinks m and its P, which is idle then. Runtime: releasep, Go 1.16.
func (m *M) releasep() *P {
	m.reach(SiteReleasep)
	p := m.p
	if p == nil {
		m.fail(sched.KindAssertion, SiteReleasep, "has no P to release")
	}
	if p.m != m || p.status != Prunning {
		m.fail(sched.KindAssertion, SiteReleasep, "releases %s, which is %v and %s", p.Name(), p.status, ofM(p.m))
	}
	p.setStatus(m, Pidle)
	m.p, p.m = nil, nil
	if m.t.Tracing() {
		m.t.Note("%s gives %s away", m.name, p.name)
	}
	return p
}

func ofM(m *M) string {
	if m == nil {
		return "without M"
	}
	return "with " + m.name
}

// handoffp finds a use for p, which m owns and is not linked to: it stops for
// the stop of the world, goes to an M that waits, or becomes idle.
// Runtime: handoffp, Go 1.16.
func (m *M) handoffp(p *P) {
	m.Lock(m.k.schedLock)
	m.handoffLocked(p)
}

// handoff gives the P of m away.
// Runtime: handoffp(releasep()), Go 1.16.
//
// Model: the P is released when sched.lock has been taken, not before.
func (m *M) handoff() {
	m.Lock(m.k.schedLock)
	m.handoffLocked(m.releasep())
}

// handoffLocked is the part of handoffp that needs sched.lock. It releases it.
func (m *M) handoffLocked(p *P) {
	k := m.k
	if k.Gcwaiting() {
		m.gcstop(p)
		m.Unlock(k.schedLock)
		return
	}
	next := m.mget()
	if next == nil {
		m.pidleput(p)
	}
	m.Unlock(k.schedLock)
	if next != nil {
		m.startm(next, p)
	}
}

// startm gives p to mp, which has been taken off the idle list, and wakes it.
// Runtime: the end of startm, Go 1.16.
func (m *M) startm(mp *M, p *P) {
	m.reach(SiteStartm)
	if mp.nextp != nil {
		m.fail(sched.KindAssertion, SiteStartm, "gives %s to %s, which has been given %s", p.Name(), mp.name, mp.nextp.Name())
	}
	mp.nextp = p
	mp.park.Inc(m.t, 1)
}

// mPark waits until m has been woken with a P and returns that.
// Runtime: mPark, and the callers of it, Go 1.16.
func (m *M) mPark() *P {
	m.park.Await(m.t, sched.Gt, m.parked)
	m.parked++
	p := m.nextp
	m.nextp = nil
	return p
}

// stopm waits for a P. Runtime: stopm and exitsyscall0, Go 1.16.
func (m *M) stopm() {
	k := m.k
	m.Lock(k.schedLock)
	p := m.pidleget()
	if p == nil {
		m.mput(m)
	}
	m.Unlock(k.schedLock)
	if p == nil {
		p = m.mPark()
	}
	m.acquirep(p)
}

// checkSchedule fails if m holds a runtime lock where it gives its P away.
func (m *M) checkSchedule() {
	if !m.k.checks(CheckLocks) {
		return
	}
	m.reach(SiteScheduleLocks)
	if m.locks != 0 {
		m.fail(sched.KindAssertion, SiteScheduleLocks, "gives its P away with m.locks = %d, holding %s", m.locks, m.held())
	}
}

// Park releases l (nil: nothing), gives the P of m away and waits until another
// M calls [M.Ready] on m. l makes sure that the wake-up is not lost.
// Runtime: gopark, goparkunlock, Go 1.16.
func (m *M) Park(l *Mutex) {
	was := m.g0
	m.g0 = true
	if l != nil {
		m.Unlock(l)
	}
	m.checkSchedule()
	m.handoff()
	m.acquirep(m.mPark())
	m.g0 = was
}

// Ready wakes mp, which is in [M.Park] or about to be: it gets an idle P or
// waits for one. An M that is not parked must not be made ready.
//
// Runtime: ready, injectglist, wakep, Go 1.16.
func (m *M) Ready(mp *M) {
	k := m.k
	was := m.g0
	m.g0 = true
	m.Lock(k.schedLock)
	p := m.pidleget()
	if p == nil {
		m.mput(mp)
	}
	m.Unlock(k.schedLock)
	m.g0 = was
	if k.mutant(MutantStartmPreemptible) {
		m.Safepoint()
	}
	if p != nil {
		m.startm(mp, p)
	}
}
