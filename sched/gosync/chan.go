package gosync

import (
	"fmt"

	"lockheld/sched"
)

// Chan is a channel of values of type T. What it holds is used under a lock, and
// who waits is given its value by who comes, as in Go's own channels. Operations
// on one channel therefore happen one after the other, and each happens before
// the next.
//
// A nil *Chan is a nil channel: it is never ready.
type Chan[T any] struct {
	name string
	size int
	mu   *sched.Mutex

	// Under mu.
	buf       []T
	senders   queue[T]
	receivers queue[T]
	closed    bool
}

// NewChan makes a channel with room for size values; 0 is no buffer. It panics if
// size is negative, and if a task of a reusable program makes it: there channels
// are made in Setup.
func NewChan[T any](w *sched.World, name string, size int) *Chan[T] {
	if size < 0 {
		panic(fmt.Sprintf("%s: a channel of size %d", name, size))
	}
	c := &Chan[T]{name: name, size: size, mu: sched.NewMutex(w, name)}
	frames(w)
	w.OnReset(func() { c.buf, c.senders, c.receivers, c.closed = nil, nil, nil, false })
	return c
}

// turn is what a task waits for: that somebody does the operation of one of its
// cases for it.
type turn struct {
	task *sched.Task
	done *sched.Word // 0, or one more than the case that was done
}

// parked is a task in the queue of a channel.
type parked[T any] struct {
	turn  *turn
	index int // of the case
	value T
	ok    bool // false: the channel was closed
}

type queue[T any] []*parked[T]

// take takes the first task that nobody else has done something for out of the
// queue, and lets it go on as soon as t makes its next step; nil if there is none.
// Tasks of which another case was done stand in queues until somebody looks.
func (q *queue[T]) take(t *sched.Task) *parked[T] {
	for len(*q) > 0 {
		p := (*q)[0]
		*q = (*q)[1:]
		if p.turn.done.CAS(t, 0, uint64(p.index+1)) {
			return p
		}
	}
	return nil
}

// with returns the queue with p at its end. What its task left behind when another
// case of it was done earlier goes.
func (q queue[T]) with(p *parked[T]) queue[T] {
	var longer queue[T]
	for _, old := range q {
		if old.turn == p.turn || old.turn.task != p.turn.task {
			longer = append(longer, old)
		}
	}
	return append(longer, p)
}

func newTurn(t *sched.Task, name string) *turn {
	return &turn{task: t, done: sched.NewWord(t.World(), name, 0)}
}

func (u *turn) wait(t *sched.Task) int { return int(u.done.Await(t, sched.Ne, 0)) - 1 }

// Send sends v: to a task that waits for it, into the buffer, or, if that is full,
// when somebody receives it. It panics if the channel is or gets closed.
func (c *Chan[T]) Send(t *sched.Task, v T) { selectOf(t, []Case{c.ToSend(v)}, true) }

// Recv receives a value. ok is false if there is none, as the channel is closed.
func (c *Chan[T]) Recv(t *sched.Task) (v T, ok bool) {
	selectOf(t, []Case{c.ToRecv(&v, &ok)}, true)
	return v, ok
}

// Close closes the channel: nothing can be sent any more, and who receives gets
// what is in the buffer and then nothing. It panics if c is nil or closed already.
func (c *Chan[T]) Close(t *sched.Task) {
	if c == nil {
		panic("close of nil channel")
	}
	c.mu.Lock(t)
	if c.closed {
		c.mu.Unlock(t)
		panic(c.name + ": close of closed channel")
	}
	c.closed = true
	for c.receivers.take(t) != nil {
	}
	for c.senders.take(t) != nil {
	}
	c.mu.Unlock(t)
}

// Len returns the number of values in the buffer, at a moment of its own.
func (c *Chan[T]) Len(t *sched.Task) int {
	c.mu.Lock(t)
	defer c.mu.Unlock(t)
	return len(c.buf)
}
