package model

import "lockheld/sched"

// EnterSyscall leaves the P of m behind, in Psyscall, from where a stop of the
// world, sysmon or m itself takes it.
//
// Runtime: entersyscall, entersyscall_gcwait, Go 1.16. Who looks whether the
// world is to be stopped after it has published Psyscall cannot be overlooked
// by a stopper that first asks and then looks at the status.
func (m *M) EnterSyscall() {
	m.reach(SiteEnterSyscall)
	if m.g0 || m.p == nil || m.locks != 0 {
		m.fail(sched.KindAssertion, SiteEnterSyscall, "enters a system call with m.locks = %d, holding %s, system stack %t, P %t",
			m.locks, m.held(), m.g0, m.p != nil)
	}
	m.entersyscall()
	if k := m.k; k.sysmon != nil {
		k.sysmonnote.Inc(m.t, 1)
	}
}

func (m *M) entersyscall() {
	k := m.k
	m.locks++
	p := m.p
	p.cell.Write(m.t) // before the store: who takes p must see it
	p.stealable.Store(m.t, 1)
	p.status = Psyscall
	p.m, m.oldp, m.p = nil, p, nil
	if !k.cfg.NoStops && !k.mutant(MutantNoRecheck) && k.gcwaiting.Load(m.t) != 0 {
		was := m.g0
		m.g0 = true
		m.entersyscallGcwait(p)
		m.g0 = was
	}
	m.locks--
}

// entersyscallGcwait stops p for the stop of the world if the stopper has not
// done so.
func (m *M) entersyscallGcwait(p *P) {
	k := m.k
	m.Lock(k.schedLock)
	if k.s.stopwait > 0 && p.steal(m, Pgcstop) {
		p.tick++
		m.stopped()
	}
	m.Unlock(k.schedLock)
}

// ExitSyscall gets a P for m after a system call: its old one if that is still
// there, else an idle one, else it waits.
//
// Runtime: exitsyscall, exitsyscallfast, exitsyscall0, Go 1.16.
//
// Model: the look at the idle list without sched.lock, which only saves the
// lock, is left out.
func (m *M) ExitSyscall() {
	m.locks++
	p := m.oldp
	m.oldp = nil
	if p.steal(m, Pidle) {
		m.wirep(p)
		p.tick++
		m.locks--
		return
	}
	m.locks--
	m.g0 = true
	m.stopm()
	m.g0 = false
	m.p.tick++
}
