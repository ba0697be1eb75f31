"""Signs addresses with botocore, and answers what a request's own signature should have been.

    $(Tests/Support/python-environment.sh object-store) Tests/Support/presigned-check.py < cases.json

Each case has "bucket", "key", "region", "access", "secret", "token" (if there is one), "now", "expires", "endpoint" (if not Amazon's own),
"style". One line of JSON is printed for each: the address.
"""

import datetime
import functools
import json
import sys

import botocore.auth
import botocore.session
from botocore.config import Config


session = botocore.session.Session()


@functools.cache
def client(region, endpoint, access, secret, token, style):
    return session.create_client(
        "s3", region_name=region, endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
        aws_session_token=token, config=Config(signature_version="s3v4", s3={"addressing_style": style}))


def address(case):
    moment = datetime.datetime.fromtimestamp(case["now"], datetime.timezone.utc).replace(tzinfo=None)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment
    signing = client(
        case["region"], case.get("endpoint"), case["access"], case["secret"], case.get("token"), case["style"])
    return signing.generate_presigned_url(
        "get_object", Params={"Bucket": case["bucket"], "Key": case["key"]}, ExpiresIn=case["expires"])


for case in json.load(sys.stdin):
    print(json.dumps(address(case)))
