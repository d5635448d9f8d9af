package gosync

import "lockheld/sched"

// RWMutex is a lock for several readers or one writer. As with sync.RWMutex, and
// unlike [sched.RWMutex], a writer that waits keeps new readers out, so that a
// task that reads and asks to read once more may wait for a writer that waits for
// it.
//
// Which of several waiting writers and readers comes first when a writer has
// finished is not determined, where sync.RWMutex lets the readers go first.
type RWMutex struct {
	writers *sched.Mutex   // who of the writers
	wanted  *sched.Word    // 1 from when a writer asks until it gives back
	lock    *sched.RWMutex // the lock itself
}

// NewRWMutex makes a free lock.
func NewRWMutex(w *sched.World, name string) *RWMutex {
	frames(w)
	return &RWMutex{
		writers: sched.NewMutex(w, name+".writers"),
		wanted:  sched.NewWord(w, name+".wanted", 0),
		lock:    sched.NewRWMutex(w, name),
	}
}

// RLock waits until no writer has the lock or waits for it, and takes it for
// reading.
func (m *RWMutex) RLock(t *sched.Task) {
	m.wanted.Await(t, sched.Eq, 0)
	m.lock.RLock(t)
}

// RUnlock gives the lock back from reading.
func (m *RWMutex) RUnlock(t *sched.Task) { m.lock.RUnlock(t) }

// Lock waits until nobody has the lock, and takes it for writing.
func (m *RWMutex) Lock(t *sched.Task) {
	m.writers.Lock(t)
	m.wanted.Store(t, 1)
	m.lock.Lock(t)
}

// Unlock gives the lock back from writing.
func (m *RWMutex) Unlock(t *sched.Task) {
	m.lock.Unlock(t)
	m.wanted.Store(t, 0)
	m.writers.Unlock(t)
}

// Guard requires that the accessing task holds the lock: for writing, or for
// reading if it reads.
func (m *RWMutex) Guard() sched.Guard { return sched.GuardedByRW(m.lock) }

// HeldBy reports whether t holds the lock for writing. It is no operation.
func (m *RWMutex) HeldBy(t *sched.Task) bool { return m.lock.HeldBy(t) }

// ReadBy reports how often t holds the lock for reading. It is no operation.
func (m *RWMutex) ReadBy(t *sched.Task) int { return m.lock.ReadBy(t) }
