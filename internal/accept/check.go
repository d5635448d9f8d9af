package accept

import (
	"fmt"
	"maps"
	"slices"

	"lockheld/heap"
)

// Violation is a step that the model does not accept.
type Violation struct {
	Step     int // index
	Property string
	Message  string
}

// stop is a stop of the world in progress.
type stop struct {
	thread int64
	reason string
	quiet  bool // there was a moment at which only its thread had a P
}

// checker is the state of the model while it follows the steps of a trace.
type checker struct {
	steps  []Step
	at     int
	found  []Violation
	holder map[int64]int64 // thread of each P that runs
	owner  map[int64]int64 // P of each thread that has one
	stop   *stop
	procs  uint64 // number of Ps, 0: not known yet
	mark   bool   // the collector marks, and the stop in which it began is over
	began  bool   // the mark phase has been announced
	live   map[uint64]Step
	pages  *heap.DirectPages
	limit  uint64 // pages that the model has
	beyond int    // spans that lie higher
}

// Check follows the steps and returns those that the model does not accept.
func Check(steps []Step) []Violation {
	c := newChecker(steps)
	c.run()
	return c.found
}

func newChecker(steps []Step) *checker {
	g := heap.RealGeometry()
	return &checker{steps: steps, holder: map[int64]int64{}, owner: map[int64]int64{}, live: map[uint64]Step{},
		pages: heap.NewDirectPages(g), limit: uint64(g.MaxChunks) * uint64(g.ChunkPages)}
}

func (c *checker) run() {
	for i := range c.steps {
		c.at = i
		c.step(&c.steps[i])
	}
	c.conserve()
}

func (c *checker) fail(property, format string, args ...any) {
	c.found = append(c.found, Violation{c.at, property, fmt.Sprintf(format, args...)})
}

func (c *checker) step(s *Step) {
	switch s.Kind {
	case PStart:
		c.start(s)
	case PStop, PIdle:
		c.idle(s)
	case StopBegin:
		c.stopBegin(s)
	case StopEnd:
		c.stopEnd(s)
	case Procs:
		c.setProcs(s)
	case MarkBegin:
		c.began = true
	case MarkEnd:
		c.began, c.mark = false, false
	case SpanExists:
		if old, ok := c.live[s.Page]; ok && old.N == s.N {
			return // said again
		}
		c.alloc(s)
	case SpanAlloc:
		c.actor(s)
		c.alloc(s)
	case SpanFree:
		c.actor(s)
		c.free(s)
	}
}

// start: a P has one thread and a thread one P, and destroyed Ps stay so.
func (c *checker) start(s *Step) {
	if t, ok := c.holder[s.P]; ok {
		c.fail("P-PLINK", "P %d starts on thread %d while it runs on thread %d", s.P, s.Thread, t)
	}
	if p, ok := c.owner[s.Thread]; ok && s.Thread >= 0 {
		c.fail("P-PLINK", "thread %d takes P %d while it has P %d", s.Thread, s.P, p)
		delete(c.holder, p)
	}
	if c.procs > 0 && uint64(s.P) >= c.procs {
		c.fail("P-PDEAD", "P %d starts, and there are %d Ps", s.P, c.procs)
	}
	c.holder[s.P] = s.Thread
	if s.Thread >= 0 {
		c.owner[s.Thread] = s.P
	}
}

func (c *checker) idle(s *Step) {
	if t, ok := c.holder[s.P]; ok {
		delete(c.holder, s.P)
		delete(c.owner, t)
	}
	c.quiet()
}

// quiet notes that only the thread that stops the world has a P.
func (c *checker) quiet() {
	if c.stop == nil {
		return
	}
	for _, t := range c.holder {
		if t != c.stop.thread {
			return
		}
	}
	c.stop.quiet = true
}

func (c *checker) stopBegin(s *Step) {
	if c.stop != nil {
		if c.stop.thread != s.Thread || c.stop.reason != s.Reason {
			c.fail("P-STW", "thread %d stops the world (%s) while thread %d does (%s)", s.Thread, s.Reason, c.stop.thread, c.stop.reason)
		}
		return // said again
	}
	c.stop = &stop{thread: s.Thread, reason: s.Reason}
	c.quiet()
	if s.Reason == "GC mark termination" {
		c.mark = false
	}
}

func (c *checker) stopEnd(s *Step) {
	switch {
	case c.stop == nil:
		c.fail("P-STW", "thread %d starts the world (%s), which is not stopped", s.Thread, s.Reason)
		return
	case c.stop.reason != s.Reason:
		c.fail("P-STW", "a stop of the world (%s) ends as (%s)", c.stop.reason, s.Reason)
	case !c.stop.quiet:
		c.fail("P-STW", "in the stop of the world (%s) there was always another thread with a P", s.Reason)
	}
	c.stop = nil
	if c.procs > 0 {
		c.dead(c.procs, -1)
	}
	if s.Reason == "GC sweep termination" && c.began {
		c.mark = true
	}
}

// setProcs: Ps are made and destroyed in a stop of the world only.
func (c *checker) setProcs(s *Step) {
	defer func() { c.procs = s.N }()
	if c.procs == 0 || s.N == c.procs {
		return
	}
	if c.stop == nil {
		c.fail("destroy/entry-stw", "the number of Ps goes from %d to %d while the world runs", c.procs, s.N)
		return
	}
	if !c.stop.quiet {
		c.fail("destroy/entry-stw", "the number of Ps goes from %d to %d before the world is stopped", c.procs, s.N)
	}
	c.dead(s.N, c.stop.thread) // which leaves its P next
}

// dead: nobody but one thread has a P from n on.
func (c *checker) dead(n uint64, but int64) {
	for _, p := range slices.Sorted(maps.Keys(c.holder)) {
		if uint64(p) >= n && c.holder[p] != but {
			c.fail("P-PDEAD", "P %d is destroyed while it runs on thread %d", p, c.holder[p])
		}
	}
}

// actor: who works on spans has the P that the trace says, and who has none does
// so in a stop at most.
func (c *checker) actor(s *Step) {
	if s.P < 0 {
		return
	}
	if t, ok := c.holder[s.P]; ok && t != s.Thread && s.Thread >= 0 {
		c.fail("P-PLOCAL", "thread %d uses P %d, which runs on thread %d", s.Thread, s.P, t)
	}
}

// alloc: no page belongs to two spans.
func (c *checker) alloc(s *Step) {
	if s.N == 0 {
		c.fail("P-SPANMAP", "a span at page %d has no pages", s.Page)
		return
	}
	if s.Page >= c.limit || s.N > c.limit-s.Page {
		c.beyond++
		return
	}
	if !c.pages.Take(s.Page, s.N) {
		c.fail("P-NODOUBLE", "the %d pages from page %d on are not free: %s", s.N, s.Page, c.overlap(s))
		return
	}
	c.live[s.Page] = *s
}

// overlap names the first span that has pages of s.
func (c *checker) overlap(s *Step) string {
	for _, page := range slices.Sorted(maps.Keys(c.live)) {
		if n := c.live[page].N; page < s.Page+s.N && s.Page < page+n {
			return fmt.Sprintf("there is a span of %d pages at page %d", n, page)
		}
	}
	return "pages belong to no span"
}

// free: a span that is freed was allocated, and not while the collector marks.
func (c *checker) free(s *Step) {
	if s.Page >= c.limit {
		c.beyond++
		return
	}
	old, ok := c.live[s.Page]
	if !ok {
		c.fail("P-SPANSTATE", "no span is allocated at page %d, which is freed", s.Page)
		return
	}
	if c.mark {
		c.fail("P-SPANSTATE", "the span at page %d is freed while the collector marks", s.Page)
	}
	c.pages.Free(old.Page, old.N)
	delete(c.live, s.Page)
}

// conserve: the pages that the page allocator of the model has given away are
// those of the spans.
func (c *checker) conserve() {
	sum := uint64(0)
	for _, s := range c.live {
		sum += s.N
	}
	if got := c.pages.Allocated(); got != sum {
		c.fail("P-CONSERVE", "%d pages are allocated, the spans have %d", got, sum)
	}
}
