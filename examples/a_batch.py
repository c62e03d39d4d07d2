"""Several songs from a table, each in a folder of its own: python examples/a_batch.py"""

from pathlib import Path

import songsmith

JOBS = """id,prompt,style,length_s,seed
lighthouse,lullaby for a lighthouse,"waltz, soft",12,3
bakery,the bakery opens at five,bossa nova,12,3
last-bus-home,last bus home,lo-fi hip hop,12,3
"""

Path("jobs.csv").write_text(JOBS, encoding="utf-8")
for result in songsmith.batch("jobs.csv", out="batch", workers=2):
    print(result.id, result.audio if result.is_done else f"failed: {result.error}")
