package sched

import "fmt"

// LockEvent is a moment in the life of a lock operation.
type LockEvent uint8

// Moments at which a [LockHook] is called.
const (
	LockWant    LockEvent = iota // the task asks for the lock and may have to wait
	LockTaken                    // it has it
	LockRelease                  // it is about to give it back
)

// LockHook sees the operations on a mutex. It performs no operations; it may
// call [Task.Fail].
type LockHook func(t *Task, m *Mutex, e LockEvent)

// Mutex is a mutual exclusion lock with an owner. It is not recursive: a task
// that locks what it holds is a violation, as is unlocking what it does not
// hold.
type Mutex struct {
	w       *World
	id      ObjID
	name    string
	owner   *Task
	waiters uint64 // parked at a Lock
	wakers  uint64 // parked at the end of a Wait
	hook    LockHook
	groups  uint64
	rel     release
}

// NewMutex makes a free mutex.
func NewMutex(w *World, name string) *Mutex {
	m := &Mutex{w: w, name: name}
	m.id = w.newObj(m, m, 1)
	return m
}

func (m *Mutex) settle() {
	if m.owner != nil {
		panic(fmt.Sprintf("sched: %s is held by %s at the end of Setup", m.name, m.owner.name))
	}
	m.rel.reset()
}

func (m *Mutex) reset() {
	m.owner, m.waiters, m.wakers = nil, 0, 0
	m.rel.reset()
}

func (m *Mutex) objectName(ObjID) string { return m.name }

// ID returns the id of the mutex as an object.
func (m *Mutex) ID() ObjID { return m.id }

// Name returns the name that the mutex was made with.
func (m *Mutex) Name() string { return m.name }

// SetHook makes h see all operations on m. It is for Setup.
func (m *Mutex) SetHook(h LockHook) { m.hook = h }

// Holder returns the task that holds m, or nil. It is no operation.
func (m *Mutex) Holder() *Task {
	m.w.looked(m.id, m.owner.key())
	return m.owner
}

// HeldBy reports whether t holds m. It is no operation.
func (m *Mutex) HeldBy(t *Task) bool {
	if t != m.w.current {
		m.w.looked(m.id, m.owner.key()) // whether it holds m itself, a task knows
	}
	return m.owner == t && t != nil
}

func (m *Mutex) admits(t *Task) bool { return m.owner == nil }
func (m *Mutex) wait(t *Task)        { m.waiters |= t.bit() }
func (m *Mutex) leave(t *Task)       { m.waiters &^= t.bit() }
func (m *Mutex) holders(*Task) uint64 {
	if m.owner == nil {
		return 0
	}
	return m.owner.bit()
}

func (m *Mutex) event(t *Task, e LockEvent) {
	if m.hook != nil {
		m.tell(t, e)
	}
}

// tell tells the hook. A task that is being ended does nothing any more.
func (m *Mutex) tell(t *Task, e LockEvent) {
	t.alive()
	if x := m.w.x; x != nil {
		if x.hooked {
			panic("sched: a hook of a lock must not perform operations")
		}
		x.hooked = true
		m.hook(t, m, e)
		x.hooked = false
		return
	}
	m.hook(t, m, e)
}

// Lock waits until m is free and takes it.
func (m *Mutex) Lock(t *Task) {
	m.event(t, LockWant)
	if m.owner == t && !m.w.prog.BlockSelfDeadlock {
		t.Fail(Violation{Kind: KindSelfDeadlock, Site: m.name, Message: t.name + " locks " + m.name + ", which it holds already"})
	}
	t.point(&Pending{Kind: OpLock, Obj: m.id, Groups: m.groups}, m)
	m.take(t)
	m.event(t, LockTaken)
}

// TryLock takes m if it is free and reports whether it did.
func (m *Mutex) TryLock(t *Task) bool {
	t.point(&Pending{Kind: OpTryLock, Obj: m.id, Groups: m.groups}, nil)
	if m.owner != nil {
		t.outcome(false)
		return false
	}
	m.event(t, LockWant)
	m.take(t)
	m.event(t, LockTaken)
	return true
}

// Unlock gives m back.
func (m *Mutex) Unlock(t *Task) {
	m.event(t, LockRelease)
	t.point(&Pending{Kind: OpUnlock, Obj: m.id, Groups: m.groups}, nil)
	if m.owner != t {
		t.Fail(Violation{Kind: KindMisuse, Site: m.name, Message: unheld(t, m.name, m.owner)})
	}
	m.free(t)
}

func unheld(t *Task, name string, owner *Task) string {
	if owner == nil {
		return fmt.Sprintf("unlock of unheld: %s unlocks %s, which is free", t.name, name)
	}
	return fmt.Sprintf("unlock of unheld: %s unlocks %s, which %s holds", t.name, name, owner.name)
}

func (m *Mutex) take(t *Task) {
	m.owner = t
	t.acquireFrom(&m.rel)
	if x := m.w.x; x != nil {
		x.enabled &^= m.waiters | m.wakers
	}
}

func (m *Mutex) free(t *Task) {
	m.owner = nil
	t.releaseTo(&m.rel)
	if x := m.w.x; x != nil {
		x.enabled |= m.waiters
		if m.wakers != 0 {
			x.refresh(m.wakers)
		}
	}
}
