package sched

import "math/bits"

// surw is selectively uniform random walk: in each execution it chooses one
// object that several tasks use, and makes every order of the steps on that
// object equally likely; all other steps are chosen at random (Zhao, Wolff,
// Mathur and Roychoudhury, Selectively uniform concurrency testing, ASPLOS
// 2025, section 4). As for [urw] this holds exactly if the numbers of steps of
// earlier executions are right and no task waits.
type surw struct {
	random
	index   map[ObjID]int
	counts  []objectCount
	shared  []int // indices of objects that several tasks use
	chosen  ObjID // whose steps are counted, 0: none
	w       weights
	held    uint64 // tasks whose turn on the chosen object has not come
	turn    int    // task that makes the next step on it, -1: not drawn
}

// objectCount is the most steps that each task made on one object in an
// execution.
type objectCount struct {
	obj    ObjID
	most   [maxTasks]int64
	now    [maxTasks]int64
	users  uint64
	listed bool
}

func newSURW(o *Options) Strategy {
	return &surw{random: *newRandom(o).(*random), index: map[ObjID]int{}}
}

func (s *surw) Next(r *Result) (Schedule, bool) {
	if r != nil {
		s.learn(r.Log)
	}
	if _, more := s.random.Next(r); !more {
		return nil, false
	}
	s.chosen, s.held, s.turn = 0, 0, -1
	if len(s.shared) > 0 {
		c := &s.counts[s.shared[s.below(len(s.shared))]]
		s.chosen, s.w.left = c.obj, c.most
	}
	return nil, true
}

// learn takes over the numbers of steps of an execution where they are higher.
func (s *surw) learn(log []Step) {
	for i := range log {
		s.use(log[i].Obj, int(log[i].Task))
		s.use(log[i].Obj2, int(log[i].Task))
	}
	for i := range s.counts {
		c := &s.counts[i]
		for t := c.users; t != 0; t &= t - 1 {
			k := bits.TrailingZeros64(t)
			c.most[k] = max(c.most[k], c.now[k])
			c.now[k] = 0
		}
		if !c.listed && c.users&(c.users-1) != 0 {
			c.listed = true
			s.shared = append(s.shared, i)
		}
	}
}

func (s *surw) use(obj ObjID, task int) {
	if obj == 0 {
		return
	}
	i, ok := s.index[obj]
	if !ok {
		i = len(s.counts)
		s.index[obj] = i
		s.counts = append(s.counts, objectCount{obj: obj})
	}
	s.counts[i].now[task]++
	s.counts[i].users |= 1 << uint(task)
}

func (s *surw) Pick(v *View) int {
	for {
		free := v.Enabled &^ s.held
		if free == 0 { // whose turn it is cannot move: somebody else must
			s.held, s.turn = 0, -1
			t := s.uniform(v.Enabled)
			s.count(v, t)
			return t
		}
		t := s.uniform(free)
		if !s.counted(v, t) {
			return t
		}
		if s.turn < 0 {
			s.turn = s.draw()
		}
		if s.turn == t || s.turn < 0 {
			s.count(v, t)
			return t
		}
		s.held |= 1 << uint(t)
	}
}

// counted reports whether the next step of t is on the chosen object.
func (s *surw) counted(v *View, t int) bool {
	p := v.Pending(t)
	return s.chosen != 0 && (p.Obj == s.chosen || p.Obj2 == s.chosen)
}

// count notes that t makes its next step.
func (s *surw) count(v *View, t int) {
	if s.counted(v, t) {
		s.w.left[t] = max(s.w.left[t]-1, 0)
		s.held, s.turn = 0, -1
	}
}

// draw chooses the task that makes the next step on the chosen object, with
// probability proportional to the steps that each has left there; -1 if none
// is known to have any.
func (s *surw) draw() int {
	var sum int64
	for _, n := range s.w.left {
		sum += n
	}
	if sum == 0 {
		return -1
	}
	x := int64(s.below(int(sum)))
	for t, n := range s.w.left {
		if x -= n; x < 0 {
			return t
		}
	}
	return -1
}

// uniform picks a task of set with equal probabilities.
func (s *random) uniform(set uint64) int {
	n := bits.OnesCount64(set)
	if n > 1 {
		for k := s.below(n); k > 0; k-- {
			set &= set - 1
		}
	}
	return bits.TrailingZeros64(set)
}
