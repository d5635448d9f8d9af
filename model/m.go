package model

import (
	"fmt"
	"strings"

	"lockheld/sched"
)

// M is a machine thread.
//
// Model: an M runs one goroutine for life, as if locked to it, so M and
// goroutine are one; only Ps move. What the runtime decides by choosing a
// goroutine for an M, the machine decides by choosing an M for a P.
type M struct {
	id   int
	name string
	k    *Machine
	t    *sched.Task
	body func(*M)

	p, nextp, oldp *P
	schedlink      *M
	park           *sched.Word // number of wake-ups
	parked         uint64      // wake-ups used up
	g0             bool        // on the system stack
	locks          int
	mallocing      bool
	preemptoff     string
	restarter      bool // has started the world and not yet released worldsema
	growths        int
	locksHeld      [maxLocksHeld]heldLock
	locksHeldLen   int
}

// NewM declares an M with its goroutine. If a P is idle the M starts with it,
// otherwise it waits, parked, until one is free; when body returns it gives its
// P away. It is for Setup.
func (k *Machine) NewM(name string, body func(m *M)) *M { return k.newGoM(name, body, k.w.Go) }

// NewDaemon is [Machine.NewM] for a goroutine that serves others and need not
// end, such as the background scavenger.
func (k *Machine) NewDaemon(name string, body func(m *M)) *M {
	return k.newGoM(name, body, k.w.Daemon)
}

// NewMWithoutP declares a daemon M that runs on its system stack and never has
// a P.
func (k *Machine) NewMWithoutP(name string, body func(m *M)) *M {
	m := k.newM(name, body)
	m.g0 = true
	m.t = k.w.Daemon(name, func(*sched.Task) { m.body(m) })
	return m
}

func (k *Machine) newGoM(name string, body func(m *M), start func(string, func(*sched.Task)) *sched.Task) *M {
	m := k.newM(name, body)
	m.t = start(name, func(*sched.Task) { m.start() })
	k.goMs++
	if p := k.s.pidle; p != nil {
		k.s.pidle, k.s.npidle = p.link, k.s.npidle-1
		m.p, p.m, p.link, p.status = p, m, nil, Prunning
		return m
	}
	m.schedlink, k.s.midle = k.s.midle, m
	k.s.nmidle++
	return m
}

func (k *Machine) newM(name string, body func(m *M)) *M {
	m := &M{id: len(k.ms), name: name, k: k, body: body}
	m.park = sched.NewWord(k.w, name+".park", 0)
	k.ms = append(k.ms, m)
	sched.Save(k.w, m)
	return m
}

// start is the life of an M.
func (m *M) start() {
	if m.p == nil { // decided in Setup
		m.g0 = true
		m.acquirep(m.mPark())
		m.g0 = false
	}
	m.body(m)
	m.goexit()
}

// goexit ends the goroutine of m and gives its P away.
//
// Model: if no other M can ever need the P it is left as in a system call that
// does not return, from where a stop of the world takes it; this avoids an
// order between the ends of all Ms that nobody observes.
func (m *M) goexit() {
	k := m.k
	if k.checks(CheckLocks) {
		m.reach(SiteExitLocks)
		if m.locks != 0 || m.locksHeldLen != 0 {
			m.fail(sched.KindAssertion, SiteExitLocks, "ends with m.locks = %d, holding %s", m.locks, m.held())
		}
	}
	switch {
	case k.goMs > k.cfg.MinProcs:
		m.g0 = true
		m.handoff()
	case !k.cfg.NoStops:
		m.entersyscall()
	}
}

// ID returns the index of m in [Machine.Ms].
func (m *M) ID() int { return m.id }

// Name returns the name that m was declared with.
func (m *M) Name() string { return m.name }

// K returns the machine that m belongs to.
func (m *M) K() *Machine { return m.k }

// T returns the task that runs m.
func (m *M) T() *sched.Task { return m.t }

// P returns the P of m, or nil.
func (m *M) P() *P { return m.p }

// Nextp returns the P that m has been given and not yet taken, or nil.
func (m *M) Nextp() *P { return m.nextp }

// Locks returns m.locks: above 0, m cannot be preempted.
func (m *M) Locks() int { return m.locks }

// AcquireM keeps the goroutine on m, with its P, until [M.ReleaseM].
// Runtime: acquirem.
func (m *M) AcquireM() { m.locks++ }

// ReleaseM undoes [M.AcquireM]. Runtime: releasem.
func (m *M) ReleaseM() {
	if m.locks <= 0 {
		m.Throw("releasem: m.locks is %d", m.locks)
	}
	m.locks--
}

// SetMallocing says whether m is inside the memory allocator, where it is not
// preempted. Runtime: m.mallocing.
func (m *M) SetMallocing(on bool) { m.mallocing = on }

// SetPreemptoff gives a reason not to preempt m, "" for none.
// Runtime: m.preemptoff.
func (m *M) SetPreemptoff(reason string) { m.preemptoff = reason }

// Choose makes a data choice among n values if the scenario leaves c open;
// otherwise it returns 0 and is no step.
func (m *M) Choose(c Choices, name string, n int) int {
	if !m.k.Opens(c) {
		return 0
	}
	return m.t.Choose(name, n)
}

// Syscall is a simulated call of the operating system by the runtime itself:
// the M keeps its P. It is a step if the scenario opens [Syscalls].
func (m *M) Syscall(name string) {
	if m.k.Opens(Syscalls) {
		m.t.Syscall(name)
	}
}

// Throw ends the execution of m: the runtime's throw. It does not return.
func (m *M) Throw(format string, args ...any) {
	m.t.Fail(sched.Violation{Kind: sched.KindPanic, Site: "throw", Message: fmt.Sprintf(format, args...)})
}

// fail ends the execution of m with a violation at s and does not return.
func (m *M) fail(kind sched.Kind, s Site, format string, args ...any) {
	m.t.Fail(sched.Violation{Kind: kind, Site: string(s), Message: m.name + " " + fmt.Sprintf(format, args...)})
}

// reach counts an evaluation of s.
func (m *M) reach(s Site) {
	m.k.coverage.counter(s).Add(1)
	m.observe(AtSite, s, nil)
}

// held lists the runtime locks that m holds, outermost first.
func (m *M) held() string {
	if m.locksHeldLen == 0 {
		return "no lock"
	}
	var b strings.Builder
	for i := range m.locksHeldLen {
		if i > 0 {
			b.WriteString(", ")
		}
		h := &m.locksHeld[i]
		if h.lock != nil {
			b.WriteString(h.lock.name)
		} else {
			b.WriteString("rank " + h.rank.String())
		}
	}
	return b.String()
}
