package sched

import "math/bits"

// habits is what tasks have been seen to do, and at which of their steps last: it
// tells what each of them may do yet, if it goes on as before.
type habits struct {
	walks int
	done  [maxTasks]int32 // steps of each task in the present walk
	last  [maxTasks]map[ObjID]*[numModes]int32
	group [maxTasks][64]int32
}

// learnWalks is the number of walks from which habits are learnt.
const learnWalks = 300

// learn takes over what happened in a walk.
func (h *habits) learn(log []Step) {
	h.walks++
	var done [maxTasks]int32
	for i := range log {
		s := &log[i]
		t := s.Task
		done[t]++
		p := s.footprint()
		if p.mode == modeNone {
			continue
		}
		h.note(t, p.obj, p.mode, done[t])
		if p.obj2 != 0 {
			h.note(t, p.obj2, p.mode, done[t])
		}
		for set := p.groups; set != 0; set &= set - 1 {
			g := &h.group[t][lowest(set)]
			*g = max(*g, done[t])
		}
	}
}

func (h *habits) note(t int16, obj ObjID, m mode, at int32) {
	if h.last[t] == nil {
		h.last[t] = map[ObjID]*[numModes]int32{}
	}
	l := h.last[t][obj]
	if l == nil {
		l = new([numModes]int32)
		h.last[t][obj] = l
	}
	l[m] = max(l[m], at)
}

// disturbs reports whether task u may yet do something that does not commute
// with p.
func (h *habits) disturbs(u int, p *footprint) bool {
	if p.mode == modeNone {
		return false
	}
	if h.on(u, p.obj, p.mode) || p.obj2 != 0 && h.on(u, p.obj2, p.mode) {
		return true
	}
	for set := p.groups; set != 0; set &= set - 1 {
		if h.group[u][lowest(set)] > h.done[u] {
			return true
		}
	}
	return false
}

func (h *habits) on(u int, obj ObjID, m mode) bool {
	l := h.last[u][obj]
	if l == nil {
		return false
	}
	for other, at := range l {
		if at > h.done[u] && conflicting(m, mode(other)) {
			return true
		}
	}
	return false
}

// enough returns tasks of todo such that whatever the others do before one of
// them moves commutes with it, if all go on as they have been seen to: a
// persistent set (Godefroid, LNCS 1032, 1996, chapter 4).
func (h *habits) enough(v *View, todo uint64) uint64 {
	parked := v.Parked()
	best := todo
	for set := todo; set != 0 && best&(best-1) != 0; set &= set - 1 {
		if p := h.closure(v, lowest(set), parked); p != 0 && bits.OnesCount64(p&todo) < bits.OnesCount64(best) {
			best = p & todo
		}
	}
	return best
}

// closure returns a persistent set that contains t, 0 if it would have a task
// that cannot move.
func (h *habits) closure(v *View, t int, parked uint64) uint64 {
	set, todo := uint64(1)<<uint(t), uint64(1)<<uint(t)
	for todo != 0 {
		x := lowest(todo)
		todo &= todo - 1
		if v.Enabled&(1<<uint(x)) == 0 {
			return 0
		}
		p := v.Pending(x).footprint(true)
		for others := parked &^ set; others != 0; others &= others - 1 {
			if u := lowest(others); h.disturbs(u, &p) {
				set |= 1 << uint(u)
				todo |= 1 << uint(u)
			}
		}
	}
	return set
}
