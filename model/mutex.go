package model

import (
	"fmt"

	"lockheld/sched"
)

// maxLocksHeld is the number of runtime locks that an M may hold, or wait for,
// at one time. Runtime: len(m.locksHeld).
const maxLocksHeld = 10

// heldLock is an entry in the list of locks that an M holds. lock is nil for a
// rank without a lock.
type heldLock struct {
	rank Rank
	lock *Mutex
}

// Mutex is a runtime mutex with a rank. Unlike a mutex of package sync it keeps
// its M from being preempted, and a wait for it blocks the M with its P.
type Mutex struct {
	name    string
	rank    Rank
	sm      *sched.Mutex
	onlySys bool
}

// NewMutex makes a free mutex. A lock of rank r == [RankNone] is a leaf. The
// heap lock, r == [RankMheap], is acquired on system stacks only: a user stack
// that grows at a function prologue would need it.
func NewMutex(k *Machine, name string, r Rank) *Mutex {
	if r == RankNone {
		r = LeafRank
	}
	if r != LeafRank && (r < 0 || r >= numRanks) {
		panic(fmt.Sprintf("model: lock %s: no such rank: %d", name, int(r)))
	}
	return &Mutex{name: name, rank: r, sm: sched.NewMutex(k.w, name), onlySys: r == RankMheap}
}

// Name returns the name that l was made with.
func (l *Mutex) Name() string { return l.name }

// Rank returns the rank of l.
func (l *Mutex) Rank() Rank { return l.rank }

// Sched returns the mutex of the scheduler that l wraps, for guards and the
// declarations of properties.
func (l *Mutex) Sched() *sched.Mutex { return l.sm }

// Held reports whether anybody holds l. It is no step.
func (l *Mutex) Held() bool { return l.sm.Holder() != nil }

// HeldBy reports whether m holds l. It is no step.
func (l *Mutex) HeldBy(m *M) bool { return l.sm.HeldBy(m.t) }

// Lock acquires l. It is a step, at which m may have to wait, with its P.
//
// Runtime: lockWithRank and lock2, Go 1.16: the lock is entered in the list of
// held locks and its rank is checked before the wait.
//
// Model: locking what m itself holds is reported as a self-deadlock, not by the
// rank check that would come first in a build with lock ranking.
func (m *M) Lock(l *Mutex) {
	m.observe(AtLock, "", l)
	if l.onlySys && m.k.checks(CheckSystemStack) {
		m.k.reached.systemStack.Add(1)
		if !m.g0 {
			m.fail(sched.KindAssertion, SiteLockSystemStack, "acquires %s on a user stack, holding %s", l.name, m.held())
		}
	}
	if !l.HeldBy(m) {
		m.pushRank(l.rank, l)
	}
	m.locks++
	l.sm.Lock(m.t)
}

// Unlock releases l. It is a step. The entry in the list of held locks goes
// before the release, m.locks after it.
//
// Runtime: unlockWithRank and unlock2, Go 1.16.
func (m *M) Unlock(l *Mutex) {
	m.observe(AtUnlock, "", l)
	m.k.reached.unlockHeld.Add(1)
	if !m.popRank(l.rank, l) {
		m.fail(sched.KindMisuse, SiteUnlockHeld, "releases %s, which it does not hold; it holds %s", l.name, m.held())
	}
	l.sm.Unlock(m.t)
	m.locks--
}

// LockWithRankMayAcquire checks that l could be acquired here although this
// path does not do so. It is no step. Runtime: lockWithRankMayAcquire.
func (m *M) LockWithRankMayAcquire(l *Mutex) {
	if m.locksHeldLen == 0 {
		return
	}
	m.checkRank(l.rank, l.name)
}

// AcquireLockRank enters a rank in the list of held locks without a lock; it
// orders the locks that follow. It is no step. Runtime: acquireLockRank.
func (m *M) AcquireLockRank(r Rank) { m.pushRank(r, nil) }

// ReleaseLockRank undoes [M.AcquireLockRank]. Runtime: releaseLockRank.
func (m *M) ReleaseLockRank(r Rank) {
	m.k.reached.unlockHeld.Add(1)
	if !m.popRank(r, nil) {
		m.fail(sched.KindMisuse, SiteUnlockHeld, "releases rank %v, which it does not hold; it holds %s", r, m.held())
	}
}

func (m *M) pushRank(r Rank, l *Mutex) {
	name := r.String()
	if l != nil {
		name = l.name
	}
	m.checkRank(r, name)
	m.locksHeld[m.locksHeldLen] = heldLock{r, l}
	m.locksHeldLen++
}

func (m *M) popRank(r Rank, l *Mutex) bool {
	for i := m.locksHeldLen - 1; i >= 0; i-- {
		if h := &m.locksHeld[i]; h.lock == l && (l != nil || h.rank == r) {
			copy(m.locksHeld[i:m.locksHeldLen-1], m.locksHeld[i+1:m.locksHeldLen])
			m.locksHeldLen--
			m.locksHeld[m.locksHeldLen] = heldLock{}
			return true
		}
	}
	return false
}

// checkRank fails if a lock of rank r may not be taken now.
func (m *M) checkRank(r Rank, name string) {
	m.k.reached.lockLimit.Add(1)
	if m.locksHeldLen == maxLocksHeld {
		m.fail(sched.KindAssertion, SiteLockLimit, "acquires %s as its lock number %d, holding %s", name, maxLocksHeld+1, m.held())
	}
	if m.locksHeldLen == 0 || !m.k.checks(CheckRank) {
		return
	}
	m.k.reached.rank.Add(1)
	if what := OrderError(m.locksHeld[m.locksHeldLen-1].rank, r); what != "" {
		m.fail(sched.KindAssertion, SiteRank, "acquires %s while holding %s: %s", name, m.held(), what)
	}
}

// holds reports whether l is in the list of locks that m holds.
func (m *M) holds(l *Mutex) bool {
	for i := range m.locksHeldLen {
		if m.locksHeld[i].lock == l {
			return true
		}
	}
	return false
}

// HeldLocks returns the number of runtime locks that m holds or waits for.
func (m *M) HeldLocks() int { return m.locksHeldLen }
