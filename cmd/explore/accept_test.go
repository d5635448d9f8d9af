package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Traces of package accept: one that the model accepts, the same with a byte that
// is wrong, from a file and from standard input.
func TestAccept(t *testing.T) {
	const dir = "../../internal/accept/testdata/"
	for _, tt := range []struct {
		file, stdin string
		code        int
		last        string
	}{
		{dir + "go1.26.trace.gz", "", exitOK, `^ok\taccept\tgo1\.26\.trace\.gz\tsteps=\d+ violations=0$`},
		{"-", dir + "go1.26.trace.gz", exitOK, `^ok\taccept\tstandard input\tsteps=\d+ violations=0$`},
		{dir + "damaged-overlap.trace.gz", "", exitViolation, `^FAIL\taccept\tdamaged-overlap\.trace\.gz\tsteps=\d+ violations=\d+$`},
	} {
		var stdin bytes.Reader
		if tt.stdin != "" {
			text, err := os.ReadFile(tt.stdin)
			if err != nil {
				t.Fatal(err)
			}
			stdin.Reset(text)
		}
		var stdout, stderr bytes.Buffer
		if got := run([]string{"accept", tt.file}, &stdin, &stdout, &stderr); got != tt.code {
			t.Errorf("%s: exit code %d, want %d: %s", tt.file, got, tt.code, &stderr)
		}
		lines := strings.Split(strings.TrimRight(stdout.String(), "\n"), "\n")
		if last := lines[len(lines)-1]; !regexp.MustCompile(tt.last).MatchString(last) {
			t.Errorf("%s: last line %q, want %s", tt.file, last, tt.last)
		}
		if violated := strings.Contains(stdout.String(), "\nviolation: step "); violated != (tt.code == exitViolation) {
			t.Errorf("%s: %s", tt.file, &stdout)
		}
	}
}
