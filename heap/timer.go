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
	own    *sched.Cell // who writes pp and known has taken the timer by its status
	by     *model.M    // the M that took it last; ghost
}

// States of a timer.
//
// Runtime: timerNoStatus and so on, time.go, Go 1.16.
const (
	timerNoStatus = iota
	timerWaiting
	timerModifying
	timerMoving
	timerDeleted // not set, but still one of the timers of its P
	timerRemoved
)

func (t *timer) init(h *mheap) {
	t.status = h.word("timer.status", timerNoStatus)
	t.racy = sched.NewArea(h.w, "timer.pp", 2)
	t.own = h.cell("timer", t.taken)
	sched.Save(h.w, &t.pp)
	sched.Save(h.w, &t.known)
	sched.Save(h.w, &t.by)
}

// taken is the guard of the fields that only who modifies or moves a timer writes.
func (t *timer) taken(*sched.Task, bool) string {
	if s := t.status.Peek(); s != timerModifying && s != timerMoving {
		return "the timer is neither being modified nor being moved"
	}
	return ""
}

// resettimer sets t, on the P of the M unless it is one of the timers of a P
// still. Only the scavenger itself does so.
//
// Runtime: resettimer and modtimer, time.go, Go 1.16.
func (h *mheap) resettimer(m *model.M, t *timer) {
	s := t.status.Load(m.T())
	t.status.Store(m.T(), timerModifying)
	t.by = m
	if s != timerDeleted {
		h.doaddtimer(m, t, true)
	}
	t.status.Store(m.T(), timerWaiting)
}

// doaddtimer makes t one of the timers of the P of the M, which looks out for it
// from then on if noticed.
//
// Runtime: doaddtimer, time.go, Go 1.16. The timer is being modified or moved.
func (h *mheap) doaddtimer(m *model.M, t *timer, noticed bool) {
	if t.racy.Load(m.T(), 0, &t.pp) != 0 {
		m.Throw("doaddtimer: P already set in timer")
	}
	if noticed {
		t.racy.Store(m.T(), 1, &t.known, uint64(m.P().ID)+1)
	}
	h.setTimerP(m, t, uint64(m.P().ID)+1)
}

// setTimerP sets the P of a timer.
func (h *mheap) setTimerP(m *model.M, t *timer, pp uint64) {
	if !h.v.moveWaiting {
		t.own.Write(m.T())
	}
	t.racy.Store(m.T(), 0, &t.pp, pp)
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
			t.by = m
			pp := t.racy.Load(m.T(), 0, &t.pp)
			t.status.Store(m.T(), timerDeleted)
			m.ReleaseM()
			if pp == 0 {
				m.Throw("deltimer: the timer belongs to no P")
			}
			return
		case timerMoving, timerModifying:
			// By another M: wait until it is done.
			if t.by == m {
				m.Throw("deltimer waits for itself")
			}
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
	for {
		switch s := t.status.Load(m.T()); s {
		case timerWaiting:
			if h.v.moveWaiting || t.status.CAS(m.T(), s, timerMoving) {
				h.moveTimer(m, t)
				return
			}
		case timerDeleted:
			if t.status.CAS(m.T(), s, timerRemoved) {
				h.dropTimer(m, t)
				return
			}
		case timerModifying:
			// Somebody without a P takes it off: wait until that is done.
			t.status.Await(m.T(), sched.Ne, s)
		default:
			m.Throw("moveTimers: a timer of a P has status %d", s)
		}
	}
}

// moveTimer moves a timer that is set, and out of reach, to the P of the M.
func (h *mheap) moveTimer(m *model.M, t *timer) {
	h.setTimerP(m, t, 0)
	h.doaddtimer(m, t, !h.v.moveUnnoticed)
	if !h.v.moveWaiting {
		t.status.Store(m.T(), timerWaiting)
	}
}

// dropTimer forgets the P of a timer that was deleted.
func (h *mheap) dropTimer(m *model.M, t *timer) {
	t.racy.Store(m.T(), 0, &t.pp, 0)
}

// TimerWrong says what is wrong with the scavenger's timer, "" if nothing is. It is
// for properties.
func (hp *Heap) TimerWrong() string {
	t, s := &hp.h.timer, &hp.h.scavenger
	status := t.status.Peek()
	set := status == timerWaiting || status == timerMoving
	switch {
	case !hp.h.cfg.Timers:
	case status == timerWaiting && t.pp != 0 && t.known != t.pp:
		return "the scavenger's timer is set on a P that does not look out for it"
	case status == timerMoving && !hp.K.Stopped():
		return "the scavenger's timer is out of reach, and no P is being destroyed"
	case status == timerWaiting && !hp.K.Stopped() && (t.pp == 0 || hp.K.AllPs()[t.pp-1].Status() == model.Pdead):
		return "the scavenger's timer is set on a P that is gone"
	case s.lock.Held():
		// It is being set or deleted.
	case s.asleep && !set:
		return "the scavenger sleeps and its timer is not set"
	case !s.asleep && (set || status == timerModifying):
		return "the scavenger does not sleep and its timer is not off"
	}
	return ""
}

// TimerID returns the id of the status of the timer, with Config.Timers.
func (hp *Heap) TimerID() sched.ObjID { return hp.h.timer.status.ID() }
