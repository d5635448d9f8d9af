package sched

// Cond is a condition variable. Waiting is two steps: giving back the mutex
// and joining the queue, then, once woken, acquiring the mutex again. Signal
// wakes the task that has waited longest, as sync.Cond does. There are no
// spurious wake-ups.
type Cond struct {
	w      *World
	id     ObjID
	name   string
	queue  []*Task
	groups uint64
}

// NewCond makes a condition variable.
func NewCond(w *World, name string) *Cond {
	c := &Cond{w: w, name: name}
	c.id = w.newObj(c, c, 1)
	return c
}

func (c *Cond) settle() {}
func (c *Cond) reset()  { c.queue = c.queue[:0] }

func (c *Cond) objectName(ObjID) string { return c.name }

// ID returns the id of the condition variable as an object.
func (c *Cond) ID() ObjID { return c.id }

// Waiting returns the number of tasks in the queue. It is no operation.
func (c *Cond) Waiting() int {
	c.w.looked(c.id, uint64(len(c.queue)))
	return len(c.queue)
}

// Wait gives back m, which t must hold, waits to be woken and acquires m again.
func (c *Cond) Wait(t *Task, m *Mutex) {
	m.event(t, LockRelease)
	t.point(&Pending{Kind: OpCondWait, Obj: c.id, Obj2: m.id, Groups: c.groups | m.groups}, nil)
	if m.owner != t {
		t.Fail(Violation{Kind: KindMisuse, Site: c.name, Message: unheld(t, m.name, m.owner)})
	}
	t.signalled = false
	c.queue = append(c.queue, t)
	m.free(t)
	m.event(t, LockWant)
	t.point(&Pending{Kind: OpCondWake, Obj: m.id, Obj2: c.id, Groups: c.groups | m.groups}, wake{m})
	m.take(t)
	m.event(t, LockTaken)
}

// wake blocks a waiting task until it has been woken and the mutex is free.
type wake struct{ m *Mutex }

func (b wake) admits(t *Task) bool     { return t.signalled && b.m.owner == nil }
func (b wake) wait(t *Task)            { b.m.wakers |= t.bit() }
func (b wake) leave(t *Task)           { b.m.wakers &^= t.bit() }
func (b wake) objectName(ObjID) string { return b.m.name }
func (b wake) holders(t *Task) uint64 {
	if !t.signalled {
		return 0
	}
	return b.m.holders(t)
}

// Signal wakes the task that has waited longest, if there is one.
func (c *Cond) Signal(t *Task) { c.notify(t, OpSignal, 1) }

// Broadcast wakes all waiting tasks.
func (c *Cond) Broadcast(t *Task) { c.notify(t, OpBroadcast, len(c.w.tasks)) }

func (c *Cond) notify(t *Task, k OpKind, n int) {
	t.point(&Pending{Kind: k, Obj: c.id, Groups: c.groups}, nil)
	n = min(n, len(c.queue))
	var woken uint64
	for _, u := range c.queue[:n] {
		u.signalled = true
		woken |= u.bit()
		if t.w.clocks { // what happened before the signal happens before the end of this wait, no other
			u.clk = joinClock(u.clk, t.clk)
		}
	}
	if t.w.clocks && n > 0 {
		t.tick()
	}
	c.queue = append(c.queue[:0], c.queue[n:]...)
	c.w.x.refresh(woken)
}
