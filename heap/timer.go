package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// A timer is as much of a timer as waking the scavenger needs: to which P it
// belongs, and who may change that. There are timers with Config.Timers only.
//
// Model: it never fires, and the timers of a P are not in an order. That a P
// looks out for the earliest of its timers is one word.
//
// Runtime: timer, time.go, Go 1.16.
type timer struct {
	status *sched.Word
	pp     uint64      // id of its P, one more; racy
	known  uint64      // id of the P that looks out for it, one more; racy
	racy   *sched.Area // pp and known
}

// States of a timer.
//
// Runtime: timerNoStatus and so on, time.go, Go 1.16.
const (
	timerNoStatus = iota
	timerWaiting
	timerModifying
	timerMoving
	timerDeleted
)

func (t *timer) init(h *mheap) {
	t.status = h.word("timer.status", timerNoStatus)
	t.racy = sched.NewArea(h.w, "timer.pp", 2)
	sched.Save(h.w, &t.pp)
	sched.Save(h.w, &t.known)
}

// resettimer sets t on the P of the M. Only the scavenger itself does so.
//
// Runtime: resettimer and doaddtimer, time.go, Go 1.16.
func (h *mheap) resettimer(m *model.M, t *timer) {
	t.status.Store(m.T(), timerModifying)
	t.racy.Store(m.T(), 0, &t.pp, uint64(m.P().ID)+1)
	t.racy.Store(m.T(), 1, &t.known, uint64(m.P().ID)+1)
	t.status.Store(m.T(), timerWaiting)
}

// deltimer takes t off its P, if it is set. A P is not needed for that.
//
// Runtime: deltimer, time.go, Go 1.16.
func (h *mheap) deltimer(m *model.M, t *timer) {
	if !h.cfg.Timers {
		return
	}
	for {
		switch s := t.status.Load(m.T()); s {
		case timerWaiting:
			m.AcquireM()
			if !t.status.CAS(m.T(), s, timerModifying) {
				m.ReleaseM()
				continue
			}
			pp := t.racy.Load(m.T(), 0, &t.pp)
			t.status.Store(m.T(), timerDeleted)
			m.ReleaseM()
			if pp == 0 {
				m.Throw("deltimer: the timer belongs to no P")
			}
			return
		case timerMoving, timerModifying:
			// By another M: wait until it is done.
			t.status.Await(m.T(), sched.Ne, s)
		default:
			return
		}
	}
}

// moveTimers gives the timer of pp, which is being destroyed, to the P of the M.
// It takes the timer out of reach of others meanwhile: a stopped world does not
// stop Ms without a P.
//
// Runtime: moveTimers, time.go, Go 1.16. World stopped.
func (h *mheap) moveTimers(m *model.M, pp *model.P) {
	t := &h.timer
	if !h.cfg.Timers || t.racy.Load(m.T(), 0, &t.pp) != uint64(pp.ID)+1 {
		return
	}
	if !h.v.moveWaiting && !t.status.CAS(m.T(), timerWaiting, timerMoving) {
		return // deleted
	}
	t.racy.Store(m.T(), 0, &t.pp, 0)
	if !h.v.moveUnnoticed {
		t.racy.Store(m.T(), 1, &t.known, uint64(m.P().ID)+1)
	}
	t.racy.Store(m.T(), 0, &t.pp, uint64(m.P().ID)+1)
	if !h.v.moveWaiting {
		t.status.Store(m.T(), timerWaiting)
	}
}

// TimerForgotten reports whether the scavenger's timer is set on a P that does
// not look out for it. It is for properties.
func (hp *Heap) TimerForgotten() bool {
	t := &hp.h.timer
	return hp.h.cfg.Timers && t.status.Peek() == timerWaiting && t.pp != 0 && t.known != t.pp
}

// TimerID returns the id of the status of the timer, with Config.Timers.
func (hp *Heap) TimerID() sched.ObjID { return hp.h.timer.status.ID() }
