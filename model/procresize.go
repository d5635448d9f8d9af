package model

import (
	"fmt"

	"lockheld/sched"
)

// procresize changes the number of Ps on a machine without heap. A heap has a
// procresize of its own, made of the same parts, see [Hooks].
//
// Runtime: procresize, Go 1.16.
func (m *M) procresize(n int) {
	k := m.k
	old := k.s.gomaxprocs
	k.GrowAllp(m, n)
	for i := old; i < n; i++ {
		k.PublishP(m, i)
	}
	if m.p != nil && m.p.ID < n {
		m.KeepP()
	} else {
		m.MoveToP0()
	}
	for i := n; i < old; i++ {
		k.allps[i].SetDead(m)
	}
	k.TrimAllp(m, n)
	k.DealPs(m, n)
	k.SetGomaxprocs(m, n)
}

// SetNewprocs asks the next start of the world for n Ps. m holds worldsema. It
// panics if the Config does not allow n. Runtime: newprocs, set by GOMAXPROCS.
func (k *Machine) SetNewprocs(m *M, n int) {
	if !k.worldsema.HeldBy(m.t) {
		m.Throw("newprocs set without worldsema")
	}
	if n < k.cfg.MinProcs || n > k.cfg.MaxProcs {
		panic(fmt.Sprintf("model: %d Ps: the Config allows %d to %d", n, k.cfg.MinProcs, k.cfg.MaxProcs))
	}
	k.s.newprocs = n
}

// GrowAllp makes allp at least n long, under allpLock. Entries that are new are
// to be initialised and then published with [Machine.PublishP].
func (k *Machine) GrowAllp(m *M, n int) {
	if n <= k.s.nallp {
		return
	}
	m.Lock(k.allpLock)
	k.allp.Write(m.t)
	k.s.nallp = n
	m.Unlock(k.allpLock)
}

// Allp returns allp for code that runs on m, which has a P, so that the world is
// not stopped meanwhile, or holds allpLock. The slice is valid until m loses
// what protects it.
func (k *Machine) Allp(m *M) []*P {
	m.reach(SiteAllp)
	if m.p == nil && !m.holds(k.allpLock) {
		m.fail(sched.KindAssertion, SiteAllp, "reads allp without a P; it holds %s", m.held())
	}
	k.allp.Read(m.t)
	return k.allps[:k.s.nallp]
}

// PublishP makes the initialised P number i visible in allp, in Pgcstop. It is a
// step if the scenario has a sysmon, the one reader that does not need sched.lock.
//
// Runtime: p.init and the atomic store to allp. A P that is revived was there
// all the time.
func (k *Machine) PublishP(m *M, i int) {
	p := k.allps[i]
	p.setStatus(m, Pgcstop)
	if !p.made && k.sysmon != nil {
		p.stealable.Store(m.t, 0)
	}
	p.made = true
}

// KeepP makes the stopped P of m run again.
func (m *M) KeepP() { m.p.setStatus(m, Prunning) }

// MoveToP0 gives m, which loses its P, the first P. It comes before any P is
// destroyed, since destroying needs a P.
func (m *M) MoveToP0() {
	if m.p != nil {
		m.p.cell.Write(m.t)
		m.p.m = nil
		m.p = nil
	}
	p := m.k.allps[0]
	p.setStatus(m, Pidle)
	p.m = nil
	m.acquirep(p)
}

// SetDead is the last act of p.destroy.
func (p *P) SetDead(m *M) { p.setStatus(m, Pdead) }

// TrimAllp makes allp n long, under allpLock.
func (k *Machine) TrimAllp(m *M, n int) {
	if n == k.s.nallp {
		return
	}
	m.Lock(k.allpLock)
	k.allp.Write(m.t)
	k.s.nallp = n
	m.Unlock(k.allpLock)
}

// DealPs gives each of the first n Ps, except that of m, to an M that waits, or
// puts it on the idle list. The Ms are woken when the world counts as started.
func (k *Machine) DealPs(m *M, n int) {
	for i := n - 1; i >= 0; i-- {
		p := k.allps[i]
		if p == m.p {
			continue
		}
		p.setStatus(m, Pidle)
		if mp := m.mget(); mp != nil {
			p.m = mp
			p.link, k.s.runnablePs = k.s.runnablePs, p
		} else {
			m.pidleput(p)
		}
	}
}

// SetGomaxprocs sets the number of Ps in use.
func (k *Machine) SetGomaxprocs(m *M, n int) {
	k.cell.Write(m.t)
	k.s.gomaxprocs = n
}
