package sched

import "fmt"

// RWMutex is a reader/writer lock: several readers or one writer, without
// preference for either. A reader may acquire it repeatedly and releases it as
// often. With sync.RWMutex a reader that does so may wait for ever; the RWMutex of
// package gosync shows that.
type RWMutex struct {
	w       *World
	id      ObjID
	name    string
	writer  *Task
	readers []int32 // by task index: how often it reads
	reading int
	waiters uint64
	groups  uint64
	wrel    release // of the last writer
	rrel    release // of the readers since then
}

// NewRWMutex makes a free reader/writer lock.
func NewRWMutex(w *World, name string) *RWMutex {
	m := &RWMutex{w: w, name: name}
	m.id = w.newObj(m, m, 1)
	return m
}

func (m *RWMutex) settle() {
	if m.writer != nil || m.reading != 0 {
		panic(fmt.Sprintf("sched: %s is held at the end of Setup", m.name))
	}
	m.reset()
}

func (m *RWMutex) reset() {
	m.writer, m.reading, m.waiters = nil, 0, 0
	m.readers = m.readers[:0]
	m.wrel.reset()
	m.rrel.reset()
}

func (m *RWMutex) objectName(ObjID) string { return m.name }

// ID returns the id of the lock as an object.
func (m *RWMutex) ID() ObjID { return m.id }

// Name returns the name that the lock was made with.
func (m *RWMutex) Name() string { return m.name }

// Writer returns the task that holds m for writing, or nil. It is no operation.
func (m *RWMutex) Writer() *Task {
	m.w.looked(m.id, m.writer.key())
	return m.writer
}

// HeldBy reports whether t holds m for writing. It is no operation.
func (m *RWMutex) HeldBy(t *Task) bool {
	if t != m.w.current {
		m.w.looked(m.id, m.writer.key()) // whether it holds m itself, a task knows
	}
	return m.writer == t && t != nil
}

// ReadBy reports how often t holds m for reading. It is no operation.
func (m *RWMutex) ReadBy(t *Task) int {
	n := 0
	if t.index < len(m.readers) {
		n = int(m.readers[t.index])
	}
	if t != m.w.current {
		m.w.looked(m.id, uint64(n)<<8|t.key())
	}
	return n
}

func (m *RWMutex) admits(t *Task) bool {
	if t.pend.Kind == OpRLock {
		return m.writer == nil
	}
	return m.writer == nil && m.reading == 0
}

func (m *RWMutex) wait(t *Task)  { m.waiters |= t.bit() }
func (m *RWMutex) leave(t *Task) { m.waiters &^= t.bit() }

func (m *RWMutex) holders(*Task) uint64 {
	if m.writer != nil {
		return m.writer.bit()
	}
	var set uint64
	for i, n := range m.readers {
		if n > 0 {
			set |= 1 << uint(i)
		}
	}
	return set
}

// RLock waits until no task writes and acquires m for reading.
func (m *RWMutex) RLock(t *Task) {
	m.checkSelf(t, m.writer == t)
	t.point(&Pending{Kind: OpRLock, Obj: m.id, Groups: m.groups}, m)
	for len(m.readers) <= t.index {
		m.readers = append(m.readers, 0)
	}
	m.readers[t.index]++
	m.reading++
	t.acquireFrom(&m.wrel)
	m.changed()
}

// RUnlock gives back one acquisition for reading.
func (m *RWMutex) RUnlock(t *Task) {
	t.point(&Pending{Kind: OpRUnlock, Obj: m.id, Groups: m.groups}, nil)
	if m.ReadBy(t) == 0 {
		t.Fail(Violation{Kind: KindMisuse, Site: m.name, Message: "unlock of unheld: " + t.name + " does not read " + m.name})
	}
	m.readers[t.index]--
	m.reading--
	t.releaseTo(&m.rrel)
	m.changed()
}

// Lock waits until m is free and acquires it for writing.
func (m *RWMutex) Lock(t *Task) {
	m.checkSelf(t, m.writer == t || m.ReadBy(t) > 0)
	t.point(&Pending{Kind: OpWLock, Obj: m.id, Groups: m.groups}, m)
	m.writer = t
	t.acquireFrom(&m.wrel)
	t.acquireFrom(&m.rrel)
	m.changed()
}

// Unlock gives m back from writing.
func (m *RWMutex) Unlock(t *Task) {
	t.point(&Pending{Kind: OpWUnlock, Obj: m.id, Groups: m.groups}, nil)
	if m.writer != t {
		t.Fail(Violation{Kind: KindMisuse, Site: m.name, Message: unheld(t, m.name, m.writer)})
	}
	m.writer = nil
	t.releaseTo(&m.wrel)
	m.changed()
}

func (m *RWMutex) checkSelf(t *Task, held bool) {
	if held && !m.w.prog.BlockSelfDeadlock {
		t.Fail(Violation{Kind: KindSelfDeadlock, Site: m.name, Message: t.name + " locks " + m.name + ", which it holds already"})
	}
}

func (m *RWMutex) changed() {
	if m.waiters != 0 {
		m.w.x.refresh(m.waiters)
	}
}
