<?php
// MediaWiki's comparison, kept running: a folder a line comes in, a line of JSON goes out.
// The least of three runs counts, in seconds; the report is in base64, as it may be cut in mid-letter.
while (($folder = fgets(STDIN)) !== false) {
    $texts = array_map(fn ($side) => file_get_contents(trim($folder) . "/$side.md"), ['old', 'new']);
    $times = [];
    do {
        $begin = hrtime(true);
        $report = wikidiff2_inline_json_diff($texts[0], $texts[1], 1000000);
        $times[] = (hrtime(true) - $begin) / 1e9;
    } while (count($times) < 3 && array_sum($times) < 0.3);
    fwrite(STDOUT, json_encode(['seconds' => min($times), 'report' => base64_encode($report)]) . "\n");
    fflush(STDOUT);
}
