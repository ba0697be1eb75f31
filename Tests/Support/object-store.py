"""Runs an object store on a free port of 127.0.0.1 until standard input ends; it judges the signature of every request.

    $(Tests/Support/python-environment.sh object-store) Tests/Support/object-store.py

Prints one line of JSON: its address, a user's keys, and such of a role, with a session token. There are two buckets:
`sheaf-tests`, and `sheaf-locked`, in which the user may do nothing.
"""

import json
import logging
import sys

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::sheaf-locked", "arn:aws:s3:::sheaf-locked/*"]},
    ]})
ANYBODY = json.dumps(
    {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}},
    ]})

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://127.0.0.1:{port}"


def client(service):
    return boto3.client(
        service, endpoint_url=address, region_name="us-east-1", aws_access_key_id="setup", aws_secret_access_key="setup")


iam = client("iam")
iam.create_user(UserName="tests")
iam.put_user_policy(UserName="tests", PolicyName="everything", PolicyDocument=EVERYTHING)
key = iam.create_access_key(UserName="tests")["AccessKey"]
role = iam.create_role(RoleName="tests", AssumeRolePolicyDocument=ANYBODY)["Role"]
iam.put_role_policy(RoleName="tests", PolicyName="everything", PolicyDocument=EVERYTHING)
assumed = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="tests")["Credentials"]
for bucket in ["sheaf-tests", "sheaf-locked"]:
    client("s3").create_bucket(Bucket=bucket)
# From here on each call is judged.
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

print(json.dumps({
    "address": address,
    "accessKey": key["AccessKeyId"], "secretKey": key["SecretAccessKey"],
    "roleAccessKey": assumed["AccessKeyId"], "roleSecretKey": assumed["SecretAccessKey"],
    "roleSessionToken": assumed["SessionToken"],
}), flush=True)
sys.stdin.read()
server.stop()
