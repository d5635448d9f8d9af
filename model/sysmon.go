package model

import "lockheld/sched"

// NewSysmon declares sysmon: a daemon M without a P that takes Ps from Ms in
// system calls and wakes the scavenger. It goes on while the world is stopped.
func (k *Machine) NewSysmon() *M {
	if k.sysmon != nil {
		panic("model: second sysmon")
	}
	k.sysmon = k.NewMWithoutP("sysmon", (*M).sysmonLoop)
	return k.sysmon
}

// Sysmon returns the M that NewSysmon declared, or nil.
func (k *Machine) Sysmon() *M { return k.sysmon }

// KickSysmon tells sysmon that there is something to look at. It is a step if
// the scenario has a sysmon.
//
// Model: sysmon polls, with sleeps in between; here it waits until somebody has
// entered a system call or calls KickSysmon. It may still come at any later time.
func (m *M) KickSysmon() {
	if m.k.sysmon != nil {
		m.k.sysmonnote.Inc(m.t, 1)
	}
}

// sysmonLoop is the body of sysmon.
//
// Runtime: sysmon, Go 1.16.
//
// Model: nobody else takes sysmonlock in the model, so only its rank is
// entered. There is no network poller and no forced collection.
func (m *M) sysmonLoop() {
	k := m.k
	var seen uint64
	for {
		seen = k.sysmonnote.Await(m.t, sched.Gt, seen)
		m.AcquireLockRank(RankSysmon)
		if k.Hooks.WakeScavenger != nil {
			k.Hooks.WakeScavenger(m)
		}
		m.retake()
		m.ReleaseLockRank(RankSysmon)
	}
}

// retake takes Ps from Ms in system calls and finds another use for them. m has
// no P.
//
// Runtime: retake, Go 1.16.
//
// Model: how long the system call has lasted does not matter, since the
// schedule decides when retake comes; the end of a time slice is a choice at
// safepoints. There is no count of idle locked Ms.
func (m *M) retake() int {
	k := m.k
	n := 0
	m.Lock(k.allpLock)
	began := len(k.Allp(m))
	for i := 0; i < len(k.Allp(m)) || k.mutant(MutantStaleAllp) && i < began; i++ { // allp may change while allpLock is free
		if n := len(k.Allp(m)); i >= n {
			m.Throw("retake: index %d out of range of allp, which has %d Ps", i, n)
		}
		p := k.Allp(m)[i]
		inCall := p.stealable.Load(m.t) != 0
		if !p.made && k.mutant(MutantNilP) {
			m.Throw("retake: allp[%d] is nil", i)
		}
		if !inCall {
			continue // also where procresize has not made the P yet
		}
		m.Unlock(k.allpLock)
		if p.steal(m, Pidle) {
			n++
			p.tick++
			m.handoffp(p)
		}
		m.Lock(k.allpLock)
	}
	m.Unlock(k.allpLock)
	return n
}
