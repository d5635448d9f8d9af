package gosync

import (
	"cmp"
	"slices"

	"lockheld/sched"
)

// Case is an operation on a channel that [Select] may do.
type Case interface {
	// lock is that of the channel, nil for a nil channel. All else is called with
	// it held, but for finish.
	lock() *sched.Mutex
	label() string
	// ready reports whether the operation can be done, as far as can be told.
	ready() bool
	// try does the operation, unless who waited has gone on otherwise. It may find
	// that the operation panics: end does, when locks have been given back.
	try(t *sched.Task) (done bool, end func())
	park(u *turn, index int)
	// finish is called when somebody has done the operation of a parked task.
	finish()
}

// Select waits until one of the cases can be done, does it, and returns its index.
// Which one if there are several is a data choice. It waits for ever if there is
// no case but those of nil channels.
func Select(t *sched.Task, cases ...Case) int { return selectOf(t, cases, true) }

// TrySelect does one of the cases if one can be done now, and returns its index,
// or -1: a select statement with a default.
func TrySelect(t *sched.Task, cases ...Case) int { return selectOf(t, cases, false) }

func selectOf(t *sched.Task, cases []Case, wait bool) int {
	locks := locksOf(cases)
	for _, m := range locks {
		m.Lock(t)
	}
	if i, end := tryOne(t, cases); i >= 0 || !wait {
		unlock(t, locks)
		if end != nil {
			end()
		}
		return i
	}
	name := "select"
	if len(cases) == 1 {
		name = cases[0].label()
	}
	u := newTurn(t, name)
	for i, c := range cases {
		if c.lock() != nil {
			c.park(u, i)
		}
	}
	unlock(t, locks)
	i := u.wait(t)
	cases[i].finish()
	return i
}

// locksOf returns the locks of the channels in the order of their creation, each
// once.
func locksOf(cases []Case) []*sched.Mutex {
	var locks []*sched.Mutex
	for _, c := range cases {
		if m := c.lock(); m != nil && !slices.Contains(locks, m) {
			locks = append(locks, m)
		}
	}
	slices.SortFunc(locks, func(a, b *sched.Mutex) int { return cmp.Compare(a.ID(), b.ID()) })
	return locks
}

func unlock(t *sched.Task, locks []*sched.Mutex) {
	for _, m := range slices.Backward(locks) {
		m.Unlock(t)
	}
}

// tryOne does one of the cases that can be done, -1 if there is none.
func tryOne(t *sched.Task, cases []Case) (int, func()) {
	for {
		var ready []int
		for i, c := range cases {
			if c.lock() != nil && c.ready() {
				ready = append(ready, i)
			}
		}
		if len(ready) == 0 {
			return -1, nil
		}
		i := ready[t.Choose("select", len(ready))]
		if done, end := cases[i].try(t); done {
			return i, end
		}
	}
}

// sending is the case of sending v.
type sending[T any] struct {
	c *Chan[T]
	v T
	p *parked[T]
}

// ToSend is the case of sending v.
func (c *Chan[T]) ToSend(v T) Case { return &sending[T]{c: c, v: v} }

func (s *sending[T]) lock() *sched.Mutex { return lockOf(s.c) }
func (s *sending[T]) label() string      { return labelOf(s.c, "send") }

func (s *sending[T]) ready() bool {
	return s.c.closed || len(s.c.buf) < s.c.size || len(s.c.receivers) > 0
}

func (s *sending[T]) try(t *sched.Task) (bool, func()) {
	c := s.c
	if c.closed {
		return true, s.panics
	}
	if p := c.receivers.take(t); p != nil {
		p.value, p.ok = s.v, true
		return true, nil
	}
	if len(c.buf) == c.size {
		return false, nil
	}
	c.buf = append(slices.Clip(c.buf), s.v)
	return true, nil
}

func (s *sending[T]) panics() { panic(s.c.name + ": send on closed channel") }

func (s *sending[T]) park(u *turn, index int) {
	s.p = &parked[T]{turn: u, index: index, value: s.v}
	s.c.senders = s.c.senders.with(s.p)
}

func (s *sending[T]) finish() {
	if !s.p.ok {
		s.panics()
	}
}

// receiving is the case of receiving.
type receiving[T any] struct {
	c  *Chan[T]
	v  *T
	ok *bool
	p  *parked[T]
}

// ToRecv is the case of receiving. The value, and whether there was one or the
// channel is closed, go to *v and *ok, which may be nil.
func (c *Chan[T]) ToRecv(v *T, ok *bool) Case { return &receiving[T]{c: c, v: v, ok: ok} }

func (r *receiving[T]) lock() *sched.Mutex { return lockOf(r.c) }
func (r *receiving[T]) label() string      { return labelOf(r.c, "recv") }

func (r *receiving[T]) ready() bool {
	return r.c.closed || len(r.c.buf) > 0 || len(r.c.senders) > 0
}

func (r *receiving[T]) try(t *sched.Task) (bool, func()) {
	c := r.c
	p := c.senders.take(t)
	if p != nil {
		p.ok = true
		c.buf = append(slices.Clip(c.buf), p.value)
	}
	if len(c.buf) > 0 {
		v := c.buf[0]
		c.buf = c.buf[1:]
		r.set(v, true)
		return true, nil
	}
	if !c.closed {
		return false, nil
	}
	var none T
	r.set(none, false)
	return true, nil
}

func (r *receiving[T]) set(v T, ok bool) {
	if r.v != nil {
		*r.v = v
	}
	if r.ok != nil {
		*r.ok = ok
	}
}

func (r *receiving[T]) park(u *turn, index int) {
	r.p = &parked[T]{turn: u, index: index}
	r.c.receivers = r.c.receivers.with(r.p)
}

func (r *receiving[T]) finish() { r.set(r.p.value, r.p.ok) }

func lockOf[T any](c *Chan[T]) *sched.Mutex {
	if c == nil {
		return nil
	}
	return c.mu
}

func labelOf[T any](c *Chan[T], what string) string {
	if c == nil {
		return "nil channel"
	}
	return c.name + "." + what
}
